/** Placeholder so that types resolve while the gate is being written. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | Tag
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>

export class Tag {
  readonly tag: number
  readonly value: CborValue
  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}
export declare function decode(bytes: Uint8Array): CborValue
export declare function encode(value: CborValue): Uint8Array
