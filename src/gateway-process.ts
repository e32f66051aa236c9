/**
 * Answers for the running program: a configuration in, a gateway with both listeners out. It refuses to start, in words for
 * the operator, rather than to run on something unsound.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openKeystore, type Keystore } from '../keys/keystore.ts'
import { Rejected } from '../protocol/errors.ts'
import type { KeyId, VerificationKey } from '../protocol/key.ts'
import { type Composed, compose, type LedgerPair, type Parts, type Vigilance } from './composition.ts'
import { type Config, ConfigurationError, tokenPlaceOf } from './config.ts'
import type { Gateway } from './exchange/gateway.ts'
import { agencyApi } from './http/agency-api.ts'
import { exchangeApi } from './http/exchange-api.ts'
import { type Listening, serve } from './http/serve.ts'
import { writeEnrolment } from './keys/announcement.ts'
import type { Choosing } from './keys/chosen-keys.ts'
import type { Expiry } from './keys/expiries.ts'
import { type KeptKeys, keptKeys } from './keys/kept-keys.ts'
import { openerOf } from './keys/opener.ts'
import { createLogger, type Logger } from './logger.ts'
import { consentFor } from './registry/party-consent.ts'
import { parseCertificate } from './ledger/time-stamps/authority.ts'
import type { LedgerFiles } from './open-ledger.ts'
import { type HeldTls, holdTls } from './tls-watch.ts'

export interface GatewayProcess {
  readonly gateway: Gateway
  readonly agency: Listening
  readonly exchange: Listening
  /** Takes nothing new, finishes what has begun, closes the database. Safe to call twice. */
  readonly stop: () => Promise<void>
}

/** Requests under way may take so long once stopping has begun. */
const graceMilliseconds = 10_000

/** Throws `ConfigurationError`, `DatabaseRefused` and `Rejected`. */
export async function start(
  config: Config,
  logger = createLogger(config.logLevel),
  word: Pick<LedgerFiles, 'trustHead'> = {},
): Promise<GatewayProcess> {
  const keystore = openKeystore(config.keysFolder, openerOf(config, tokenPlaceOf(config)))
  try {
    const tls = holdTls(config)
    return await listen(await compose(partsOf(config, word, keystore, logger, tls)), config, tls)
  } catch (error) {
    keystore.close()
    throw error
  }
}

export type Places = Pick<
  Config,
  'agencyHost' | 'agencyPort' | 'exchangeHost' | 'exchangePort' | 'exchangeUrl'
>

/** Opens both listeners on a gateway that was put together. */
export async function listen(composed: Composed, places: Places, tls?: HeldTls): Promise<GatewayProcess> {
  const { gateway } = composed
  const stopping = new AbortController()
  const opened: Listening[] = []
  let unwatch: (() => void) | undefined
  const open = async (listening: Promise<Listening>): Promise<Listening> => {
    opened.push(await listening)
    return listening
  }
  const stop = async (): Promise<void> => {
    stopping.abort()
    unwatch?.()
    gateway.logger.info('gateway-stopping', { party: gateway.party })
    await Promise.all(opened.splice(0).map((listening) => listening.stop(graceMilliseconds)))
    await composed.close()
  }
  try {
    requireOwnAddress(gateway, places)
    const { agencyHost, agencyPort, exchangeHost, exchangePort, exchangeUrl } = places
    const files = tls?.current()
    const agency = await open(
      serve(agencyApi(gateway, stopping.signal), {
        ...{ host: agencyHost, port: agencyPort },
        ...(files?.agency && { tls: files.agency }),
      }),
    )
    const exchange = await open(
      serve(exchangeApi(gateway, exchangeUrl, stopping.signal), {
        ...{ host: exchangeHost, port: exchangePort },
        ...(files?.exchange && { tls: files.exchange }),
      }),
    )
    unwatch = tls?.serve({ agency, exchange, peers: gateway.peers, logger: gateway.logger })
    gateway.logger.info('gateway-started', { party: gateway.party, port: exchange.port })
    return { gateway, agency, exchange, stop: once(stop) }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Peers sign for the address that the registry names: under another one no request of theirs would verify. */
function requireOwnAddress({ party, registry }: Gateway, { exchangeUrl }: Places): void {
  const listed = registry.current().document.parties.find(({ id }) => id === party)?.gateway
  if (listed === exchangeUrl) return
  const words = `exchangeUrl: should be ${listed ?? 'the address'}, as the registry lists ${party}`
  throw new ConfigurationError([words])
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}

function partsOf(
  config: Config,
  word: Pick<LedgerFiles, 'trustHead'>,
  keystore: Keystore,
  logger: Logger,
  tls: HeldTls,
): Parts {
  const { party, databaseUrl, databaseFolder, pinnedRoots, registryFiles } = config
  return {
    party,
    keys: keysIn(keystore, config, tls),
    peerTls: tls.current().peers,
    ledger: ledgerIn(keystore),
    ledgerFiles: { ...word, ...ledgerFilesOf(config) },
    database:
      databaseUrl === undefined
        ? { kind: 'embedded', directory: databaseFolder }
        : { kind: 'postgresql', url: databaseUrl },
    registry: { pinnedRoots, files: registryFiles.map(readRegistry) },
    limits: config,
    registryRefreshSeconds: config.registryRefreshSeconds,
    vigilance: vigilanceOf(config),
    logger,
    now: () => Math.floor(Date.now() / 1000),
  }
}

function ledgerFilesOf({ anchorFile, predecessorFile }: Config): LedgerFiles {
  if (!existsSync(predecessorFile)) return { anchorFile }
  return { anchorFile, predecessor: readFileSync(predecessorFile, 'utf8') }
}

function vigilanceOf({
  dataFolder,
  scrubEntriesPerSecond: entriesPerSecond,
  coverEntriesPerHour,
  timestampUrl: url,
  timestampCertificate: file,
}: Config): Vigilance {
  const always = { entriesPerSecond, coverEntriesPerHour }
  if (url === undefined && file === undefined) return always
  if (url === undefined || file === undefined) {
    throw new ConfigurationError(['timestampUrl and timestampCertificate: should both be set, or neither'])
  }
  try {
    const certificate = parseCertificate(readFileSync(path.resolve(dataFolder, file), 'utf8'))
    return { ...always, timeStamping: { url, certificate } }
  } catch (cause) {
    const words = `timestampCertificate: ${file} should be a certificate in PEM`
    throw Object.assign(new ConfigurationError([words]), { cause })
  }
}

function keysIn(keystore: Keystore, config: Config, tls: HeldTls): KeptKeys {
  const { party, openingKeyDays, enrolmentFile } = config
  const announce = ({ registry, now }: Choosing): void => {
    const keys = keystore.list()
    const consent = consentFor(registry.current(), party, keys, () => keystore.signingPairs('sign'), now())
    writeEnrolment(enrolmentFile, party, keys, consent)
  }
  const authorities = certificatesOf(config)
  return keptKeys({
    ...{ keystore, openingKeyDays, announce },
    // Asked for at each look: certificates of listeners are renewed while it runs.
    get certificates() {
      return [...authorities, ...tls.current().expiries]
    },
  })
}

/** Of the authorities that this gateway is told to believe. */
function certificatesOf(config: Config): readonly Expiry[] {
  const { timeStamping } = vigilanceOf(config)
  if (timeStamping === undefined) return []
  const { value } = timeStamping.certificate.notAfter
  return [{ what: 'time-stamp-certificate', at: Math.floor(value.getTime() / 1000) }]
}

function ledgerIn(keystore: Keystore): LedgerPair {
  const pair = keystore.ledgerPair()
  return { pair, publicKeys: [publicHalf(keystore, pair[0].id), publicHalf(keystore, pair[1].id)] }
}

function publicHalf(keystore: Keystore, id: KeyId): VerificationKey {
  const key = keystore.find(id)?.publicKey
  if (key === undefined || key.algorithm === 'hpke-9-ke') throw new Rejected('no-such-key', id)
  return key
}

function readRegistry(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (cause) {
    const words = `${file}: should be the registry; get it from its publisher, then \`pouch registry trust\``
    throw Object.assign(new ConfigurationError([words]), { cause })
  }
}
