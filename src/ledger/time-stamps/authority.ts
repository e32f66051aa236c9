/** Answers for the authorities whose time stamps count: each by the one certificate with which it signs, the reader's choice. */
import { Certificate } from 'pkijs'
import { equal, fromBase64 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'

/** No chain is looked at. */
export type TrustedAuthority = Certificate

/** PEM, of one certificate. Throws `bad-time-stamp`. */
export function parseCertificate(pem: string): TrustedAuthority {
  const [, body = ''] =
    /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem) ?? []
  const bytes = fromBase64(body.replaceAll(/\s/g, ''))
  if (bytes === undefined || bytes.length === 0) throw new Rejected('bad-time-stamp', 'no certificate in PEM')
  try {
    return Certificate.fromBER(new Uint8Array(bytes))
  } catch (cause) {
    throw new Rejected('bad-time-stamp', 'no certificate in PEM', { cause })
  }
}

export function isSame(one: Certificate, other: Certificate): boolean {
  return equal(new Uint8Array(one.toSchema().toBER()), new Uint8Array(other.toSchema().toBER()))
}

const attributes: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
}

/** Its subject, as in `O=Stamps, CN=Authority`. */
export function nameOf({ subject }: TrustedAuthority): string {
  const named = subject.typesAndValues.map(
    ({ type, value }) => `${attributes[type] ?? type}=${value.valueBlock.value}`,
  )
  return named.join(', ')
}
