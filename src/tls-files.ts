/**
 * Answers for TLS as the operator set it: from files in PEM to what the listeners and the connections to other gateways are
 * made with. A key is read only where nobody but its owner can; what does not fit together is refused, by the setting's name.
 */
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import { suite } from '#suite'
import { readPrivateFile } from '../keys/private-folder.ts'
import { concat, fromUtf8, toHex, utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import type { AgencyTlsSettings } from './agency-access.ts'
import { type Config, ConfigurationError, type Environment, readPart, readPlace } from './config.ts'
import type { PeerTls } from './exchange/peer/peer-connections.ts'
import type { TlsFiles } from './http/serve.ts'
import type { Expiry } from './keys/expiries.ts'
import { parseCertificate } from './ledger/time-stamps/authority.ts'
import { settingsSchema } from './settings.ts'

export type TlsSettings = Pick<
  Config,
  | 'dataFolder'
  | 'agencyExposure'
  | 'tlsCertificate'
  | 'tlsKey'
  | 'tlsClientCa'
  | 'tlsAgencyCa'
  | 'tlsClientCertificate'
  | 'tlsClientKey'
  | 'tlsPeerCa'
>

type FileSetting = Exclude<keyof TlsSettings, 'dataFolder' | 'agencyExposure'> | keyof AgencyTlsSettings

type FileSettings = Pick<TlsSettings, 'dataFolder'> & { readonly [Name in FileSetting]?: string | undefined }

/** What is absent has no TLS, or in the case of peers shows no certificate. */
export interface TlsMaterial {
  readonly exchange?: TlsFiles
  readonly agency?: TlsFiles
  readonly peers: PeerTls
  readonly expiries: readonly Expiry[]
  /** The same for the same files. */
  readonly digest: string
}

const mostKeyBytes = 65_536

/** Throws `ConfigurationError`. */
export function readTls(settings: TlsSettings): TlsMaterial {
  requireWhole(settings)
  const own = pairOf(settings, 'tlsCertificate', 'tlsKey')
  const shown = pairOf(settings, 'tlsClientCertificate', 'tlsClientKey') ?? own
  const clientAuthorities = authoritiesOf(settings, 'tlsClientCa')
  const agencyAuthorities = authoritiesOf(settings, 'tlsAgencyCa')
  const authorities = authoritiesOf(settings, 'tlsPeerCa')
  const all = [own, shown].flatMap((pair) => (pair === undefined ? [] : [pair.certificate, pair.key]))
  return {
    ...(own && { exchange: { ...own, ...(clientAuthorities && { clientAuthorities }) } }),
    ...(own && agencyAuthorities && { agency: { ...own, clientAuthorities: agencyAuthorities } }),
    peers: { ...shown, ...(authorities && { authorities }) },
    expiries: [...new Set([own, shown])].flatMap((pair) => (pair === undefined ? [] : [expiryOf(pair)])),
    digest: digestOf([...all, clientAuthorities, agencyAuthorities, authorities]),
  }
}

const tlsSchema = settingsSchema
  .pick({
    ...{ agencyExposure: true, tlsAgencyCa: true, tlsCertificate: true, tlsKey: true, tlsClientCa: true },
    ...{ tlsClientCertificate: true, tlsClientKey: true, tlsPeerCa: true },
  })
  .loose()

/** For a command that reaches other gateways as the gateway of the data folder does. Throws `ConfigurationError`. */
export function readPeerTls(from: Environment, dataFolder: string | undefined): PeerTls {
  const place = readPlace(from, dataFolder)
  return readTls({ ...readPart(tlsSchema, from, place), dataFolder: place.dataFolder }).peers
}

/** What a command shows to the agency listener, and whom it believes there. Throws `ConfigurationError`. */
export function readAgencyTls(given: AgencyTlsSettings): PeerTls {
  if ((given.tlsAgencyCertificate === undefined) !== (given.tlsAgencyKey === undefined))
    throw new ConfigurationError(['tlsAgencyCertificate and tlsAgencyKey: should both be set, or neither'])
  const settings = { ...given, dataFolder: '/' }
  const authorities = authoritiesOf(settings, 'tlsAgencyServerCa')
  return { ...pairOf(settings, 'tlsAgencyCertificate', 'tlsAgencyKey'), ...(authorities && { authorities }) }
}

function requireWhole(settings: TlsSettings): void {
  const { tlsCertificate, tlsKey, tlsClientCa, tlsAgencyCa, tlsClientCertificate, tlsClientKey } = settings
  const isMutual = settings.agencyExposure === 'mutual-tls'
  const problems = [
    (tlsCertificate === undefined) !== (tlsKey === undefined) &&
      'tlsCertificate and tlsKey: should both be set, or neither',
    (tlsClientCertificate === undefined) !== (tlsClientKey === undefined) &&
      'tlsClientCertificate and tlsClientKey: should both be set, or neither',
    tlsClientCa !== undefined && tlsCertificate === undefined && 'tlsClientCa: should be with tlsCertificate',
    isMutual !== (tlsAgencyCa !== undefined) && 'tlsAgencyCa: should be with agencyExposure mutual-tls',
    isMutual && tlsCertificate === undefined && 'agencyExposure mutual-tls: should be with tlsCertificate',
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new ConfigurationError(problems)
}

interface Pair {
  readonly certificate: Uint8Array
  readonly key: Uint8Array
}

function pairOf(
  settings: FileSettings,
  certificateName: FileSetting,
  keyName: FileSetting,
): Pair | undefined {
  const [file, keyFile] = [fileOf(settings, certificateName), fileOf(settings, keyName)]
  if (file === undefined || keyFile === undefined) return undefined
  const certificate = read(certificateName, 'a certificate', () => readFileSync(file))
  // The link is followed, since tools that renew certificates change one; what it leads to must be private.
  const key = read(keyName, 'a key', () => readPrivateFile(realpathSync(keyFile), mostKeyBytes))
  const pair = { certificate, key }
  read(certificateName, `a certificate for the key in ${keyName}`, () =>
    createSecureContext({ cert: certificate, key: Buffer.from(key), minVersion: 'TLSv1.3' }),
  )
  return pair
}

function authoritiesOf(settings: FileSettings, name: FileSetting): Uint8Array | undefined {
  const file = fileOf(settings, name)
  if (file === undefined) return undefined
  const bytes = read(name, 'certificates of authorities', () => readFileSync(file))
  read(name, 'certificates of authorities', () => parseCertificate(fromUtf8(bytes)))
  return bytes
}

function fileOf(settings: FileSettings, name: FileSetting): string | undefined {
  const file = settings[name]
  return file === undefined ? undefined : path.resolve(settings.dataFolder, file)
}

/** What the file system and OpenSSL say of it may quote the file: the setting's name and a code are enough. */
function read<T>(name: FileSetting, what: string, step: () => T): T {
  try {
    return step()
  } catch (cause) {
    const why = cause instanceof Rejected ? `; ${cause.code}: ${cause.detail}` : ''
    const words = `${name}: should be a file with ${what} in PEM${why}`
    throw Object.assign(new ConfigurationError([words]), { cause })
  }
}

function expiryOf({ certificate }: Pair): Expiry {
  const { notAfter } = parseCertificate(fromUtf8(certificate))
  return { what: 'tls-certificate', at: Math.floor(notAfter.value.getTime() / 1000) }
}

function digestOf(files: readonly (Uint8Array | undefined)[]): string {
  return toHex(
    suite.sha256(concat(...files.flatMap((file) => [utf8(`${file?.length ?? -1} `), file ?? utf8('')]))),
  )
}
