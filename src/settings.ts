/** Answers for the list of settings: each one's variable, default, bounds and the words that say what it should be. */
import { z } from 'zod'
import { maxEnvelopeBytes } from '../protocol/envelope/format.ts'

/** A number from the settings file, or digits from the environment. */
function whole(min: number, max: number, fallback: number) {
  const digits = z.string().regex(/^[0-9]{1,9}$/)
  const number = z.union([z.number(), digits.transform(Number)]).pipe(z.number().int().min(min).max(max))
  return number.default(fallback).describe(`a whole number from ${min} to ${max}`)
}

const words = z.string().min(1)

function pem(what: string) {
  return words.optional().describe(`a file name, in PEM: ${what}`)
}
const paths = z
  .union([z.array(words), words.transform((list) => list.split(',').map((one) => one.trim()))])
  .pipe(z.array(words).min(1).max(16))

/** An origin: no path, query or user. Plain http is for the loopback alone. */
export function isPublicOrigin(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || (value !== url.origin && value !== `${url.origin}/`)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.[0-9]{1,3}){3}$/.test(host)
}

export const settingsSchema = z.strictObject({
  party: z
    .string()
    .regex(/^[A-Z][A-Z0-9-]{1,31}$/)
    .describe('a party id of capitals, digits and hyphens, such as EST or NATO'),
  pinnedRoots: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe(
      'the SHA-256 of the registry’s roots: 64 lower-case hexadecimal digits, from `pouch registry roots`',
    ),
  registryFiles: paths.optional().describe('one or more file names, separated by commas'),
  agencyHost: words.default('127.0.0.1').describe('a host name or address to listen on'),
  agencyPort: whole(0, 65535, 8440),
  agencyExposure: z
    .enum(['loopback', 'mutual-tls', 'behind-mutual-tls'])
    .default('loopback')
    .describe(
      '`loopback`; `mutual-tls` for TLS with client certificates of tlsAgencyCa; or `behind-mutual-tls` when a proxy in front demands them',
    ),
  exchangeHost: words.default('127.0.0.1').describe('a host name or address to listen on'),
  exchangePort: whole(0, 65535, 8441),
  exchangeUrl: z
    .string()
    .refine(isPublicOrigin)
    .transform((value) => new URL(value).origin)
    .describe(
      'the address by which other gateways reach this one: https://host[:port] without a path (http on loopback only)',
    ),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/)
    .optional()
    .describe('postgresql://user:password@host:port/database, or absent for the embedded database'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('debug, info, warn, error or silent'),
  maxEnvelopeBytes: whole(16_384, maxEnvelopeBytes, 2_097_152),
  waitingQueueLength: whole(1, 100_000, 1024),
  longPollSeconds: whole(1, 60, 25),
  scrubEntriesPerSecond: whole(0, 100_000, 500),
  coverEntriesPerHour: whole(0, 100_000, 0),
  timestampUrl: z
    .string()
    .regex(/^https?:\/\/\S+$/)
    .optional()
    .describe('the address of an RFC 3161 time-stamping authority, or absent'),
  timestampCertificate: words
    .optional()
    .describe('a file name: the certificate, in PEM, with which that authority signs'),
  registryRefreshSeconds: whole(10, 86_400, 600),
  openingKeyDays: whole(0, 365, 7),
  pkcs11Module: words
    .regex(/^\//)
    .optional()
    .describe('the whole path of a PKCS #11 module, or absent where the keys are in files alone'),
  pkcs11Token: z
    .string()
    .regex(/^[\x20-\x7e]{1,32}$/)
    .optional()
    .describe('the label of the token in that module'),
  tlsCertificate: pem('the certificate that both listeners show, with its chain'),
  tlsKey: pem('the key of tlsCertificate, without a passphrase, readable by its owner alone'),
  tlsClientCa: pem(
    'the authorities that issue the certificates of other gateways: the exchange listener demands one',
  ),
  tlsAgencyCa: pem('the authorities that issue the certificates of the agency’s systems'),
  tlsAgencyCertificate: pem('the certificate, of tlsAgencyCa, that commands show to the agency listener'),
  tlsAgencyKey: pem('the key of tlsAgencyCertificate, without a passphrase, readable by its owner alone'),
  tlsAgencyServerCa: pem(
    'the authorities that issue the certificate of the agency listener; the system’s when absent',
  ),
  tlsClientCertificate: pem('the certificate that this gateway shows to others; tlsCertificate when absent'),
  tlsClientKey: pem('the key of tlsClientCertificate'),
  tlsPeerCa: pem(
    'the authorities that issue the certificates of other gateways’ listeners; the system’s when absent',
  ),
  partyRequestsPerSecond: whole(0, 100_000, 1000),
  addressRequestsPerSecond: whole(0, 100_000, 5000),
  relayConcurrency: whole(1, 64, 32),
  relayTimeoutSeconds: whole(1, 300, 15),
  relayFirstRetryMilliseconds: whole(10, 60_000, 500),
  relayLongestRetrySeconds: whole(1, 3600, 60),
})

export type Settings = z.output<typeof settingsSchema>
export type SettingName = keyof Settings

/** `DATABASE_URL` because hosting platforms call it so; all else begins with POUCH_. */
export const variables: Readonly<Record<SettingName, string>> = {
  party: 'POUCH_PARTY',
  pinnedRoots: 'POUCH_PINNED_ROOTS',
  registryFiles: 'POUCH_REGISTRY_FILES',
  agencyHost: 'POUCH_AGENCY_HOST',
  agencyPort: 'POUCH_AGENCY_PORT',
  agencyExposure: 'POUCH_AGENCY_EXPOSURE',
  exchangeHost: 'POUCH_EXCHANGE_HOST',
  exchangePort: 'POUCH_EXCHANGE_PORT',
  exchangeUrl: 'POUCH_EXCHANGE_URL',
  databaseUrl: 'DATABASE_URL',
  logLevel: 'POUCH_LOG_LEVEL',
  maxEnvelopeBytes: 'POUCH_MAX_ENVELOPE_BYTES',
  waitingQueueLength: 'POUCH_WAITING_QUEUE_LENGTH',
  longPollSeconds: 'POUCH_LONG_POLL_SECONDS',
  scrubEntriesPerSecond: 'POUCH_SCRUB_ENTRIES_PER_SECOND',
  coverEntriesPerHour: 'POUCH_COVER_ENTRIES_PER_HOUR',
  timestampUrl: 'POUCH_TIMESTAMP_URL',
  timestampCertificate: 'POUCH_TIMESTAMP_CERTIFICATE',
  registryRefreshSeconds: 'POUCH_REGISTRY_REFRESH_SECONDS',
  openingKeyDays: 'POUCH_OPENING_KEY_DAYS',
  pkcs11Module: 'POUCH_PKCS11_MODULE',
  pkcs11Token: 'POUCH_PKCS11_TOKEN',
  tlsCertificate: 'POUCH_TLS_CERTIFICATE',
  tlsKey: 'POUCH_TLS_KEY',
  tlsClientCa: 'POUCH_TLS_CLIENT_CA',
  tlsAgencyCa: 'POUCH_TLS_AGENCY_CA',
  tlsAgencyCertificate: 'POUCH_TLS_AGENCY_CERTIFICATE',
  tlsAgencyKey: 'POUCH_TLS_AGENCY_KEY',
  tlsAgencyServerCa: 'POUCH_TLS_AGENCY_SERVER_CA',
  tlsClientCertificate: 'POUCH_TLS_CLIENT_CERTIFICATE',
  tlsClientKey: 'POUCH_TLS_CLIENT_KEY',
  tlsPeerCa: 'POUCH_TLS_PEER_CA',
  partyRequestsPerSecond: 'POUCH_PARTY_REQUESTS_PER_SECOND',
  addressRequestsPerSecond: 'POUCH_ADDRESS_REQUESTS_PER_SECOND',
  relayConcurrency: 'POUCH_RELAY_CONCURRENCY',
  relayTimeoutSeconds: 'POUCH_RELAY_TIMEOUT_SECONDS',
  relayFirstRetryMilliseconds: 'POUCH_RELAY_FIRST_RETRY_MILLISECONDS',
  relayLongestRetrySeconds: 'POUCH_RELAY_LONGEST_RETRY_SECONDS',
}
