/** Answers for nonces seen: a signed request is taken once. Also the shape of a store that several replicas share. */
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId } from '../../protocol/key.ts'

export interface NonceStore {
  /**
   * True when this key has not used the nonce before; from then on it has. The store may forget it once `expires`
   * (unix seconds) has passed, because the request is then refused for its age.
   */
  claim(keyId: KeyId, nonce: string, expires: number, now: number): boolean | Promise<boolean>
}

/**
 * For one process, and forgotten at its end: in front of the table that all replicas share. Two generations replace a queue: a nonce stays for one to two times `keepSeconds`, and
 * forgetting costs nothing. When full it refuses rather than forgets, since forgetting would let a replay in.
 */
export function memoryNonces(keepSeconds: number, capacity = 500_000): NonceStore {
  let current = new Set<string>()
  let previous = new Set<string>()
  let turned = 0
  const turn = (now: number): void => {
    if (now - turned < keepSeconds) return
    previous = now - turned < 2 * keepSeconds ? current : new Set()
    current = new Set()
    turned = now
  }
  return {
    claim: (keyId, nonce, expires, now) => {
      if (expires > now + keepSeconds)
        throw new RangeError('the nonce must be kept longer than this store keeps')
      turn(now)
      const entry = `${keyId} ${nonce}`
      if (current.has(entry) || previous.has(entry)) return false
      if (current.size + previous.size >= capacity)
        throw new Rejected('unavailable', 'too many signed requests')
      current.add(entry)
      return true
    },
  }
}
