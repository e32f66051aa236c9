/**
 * Answers for the configuration, and is the only door to the environment. A setting comes from its variable, or else from
 * `pouch.json` in the data folder, or else from its default. Every fault is named at once, with what the setting should be
 * and never with what it was: a value may be a secret.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { Passphrase } from '../keys/passphrase.ts'
import { Pin } from '../keys/pin.ts'
import type { TokenPlace } from '../keys/token-sessions.ts'
import { isLoopback, type SettingName, type Settings, settingsSchema, variables } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What every command needs: where the data is, and what opens the keys. */
export interface Place {
  /** Absolute. */
  readonly dataFolder: string
  readonly keysFolder: string
  readonly databaseFolder: string
  readonly settingsFile: string
  /** The last checkpoint that this process signed, beside the database. */
  readonly anchorFile: string
  /** The public keys that a running gateway announces, for the signers of the registry. */
  readonly enrolmentFile: string
  /** The last checkpoint of the ledger that this one succeeds, if it does. */
  readonly predecessorFile: string
  readonly passphrase: Passphrase | undefined
  /** Of the token that holds keys, where one does. */
  readonly pin: Pin | undefined
}

export type Config = Omit<Settings, 'registryFiles'> & Place & { readonly registryFiles: readonly string[] }

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The running program's environment. */
export function environment(): Environment {
  return process.env
}

/** `dataFolder` goes before POUCH_DATA. */
export function readPlace(from: Environment, dataFolder?: string): Place {
  const folder = path.resolve(dataFolder ?? present(from['POUCH_DATA']) ?? 'pouch-data')
  return {
    dataFolder: folder,
    keysFolder: path.join(folder, 'keys'),
    databaseFolder: path.join(folder, 'database'),
    settingsFile: path.join(folder, 'pouch.json'),
    anchorFile: path.join(folder, 'anchor'),
    enrolmentFile: path.join(folder, 'enrolment.json'),
    predecessorFile: path.join(folder, 'predecessor'),
    passphrase: readPassphrase(from),
    pin: readPin(from),
  }
}

/** All that `pouch serve` needs. Throws `ConfigurationError`. */
export function readConfig(from: Environment, dataFolder?: string): Config {
  const place = readPlace(from, dataFolder)
  const parsed = settingsSchema.safeParse({ ...readSettingsFile(place.settingsFile), ...fromVariables(from) })
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.flatMap(explain))
  const { registryFiles, ...settings } = parsed.data
  requireSafeExposure(settings)
  const files = (registryFiles ?? ['registry.cose']).map((file) => path.resolve(place.dataFolder, file))
  return { ...settings, ...place, registryFiles: files }
}

/** What a verifier needs: whom the registry is trusted by, and its versions so far. */
export interface Trust {
  readonly pinnedRoots: string
  /** Absolute, the oldest version first. */
  readonly registryFiles: readonly string[]
}

const trustSchema = settingsSchema.pick({ pinnedRoots: true, registryFiles: true }).loose()

/** The part of the configuration that verifying needs. Throws `ConfigurationError`. */
export function readTrust(from: Environment, dataFolder?: string): Trust {
  const place = readPlace(from, dataFolder)
  const { registryFiles = ['registry.cose'], pinnedRoots } = readPart(trustSchema, from, place)
  return { pinnedRoots, registryFiles: registryFiles.map((file) => path.resolve(place.dataFolder, file)) }
}

/** The file with the certificate of the authority that stamps this party's ledger, if the data folder is this party's and names one. */
export function readTimestampCertificate(
  from: Environment,
  party: string,
  dataFolder?: string,
): string | undefined {
  const place = readPlace(from, dataFolder)
  const { timestampCertificate: file, party: own } = readPart(authoritySchema, from, place)
  return file === undefined || own !== party ? undefined : path.resolve(place.dataFolder, file)
}

const authoritySchema = settingsSchema.pick({ party: true, timestampCertificate: true }).partial().loose()

/** Whose data folder it is. Throws `ConfigurationError`. */
export function readParty(from: Environment, dataFolder?: string): string {
  return readPart(partySchema, from, readPlace(from, dataFolder)).party
}

const partySchema = settingsSchema.pick({ party: true }).loose()

const databaseSchema = settingsSchema.pick({ party: true, databaseUrl: true }).loose()

/** Where the gateway's database is. Throws `ConfigurationError`, also where there is no party's data folder. */
export function readDatabase(
  from: Environment,
  dataFolder?: string,
): Pick<Config, 'databaseUrl' | 'databaseFolder'> {
  const place = readPlace(from, dataFolder)
  const { databaseUrl } = readPart(databaseSchema, from, place)
  return { databaseUrl, databaseFolder: place.databaseFolder }
}

/** Writes settings into `pouch.json`, beside those that are there. */
export function changeSettings({ settingsFile }: Place, change: Partial<Settings>): void {
  const settings = { ...readSettingsFile(settingsFile), ...change }
  const temporary = `${settingsFile}.new`
  writeFileSync(temporary, `${JSON.stringify(settings, null, 2)}\n`)
  renameSync(temporary, settingsFile)
}

/** Some of the settings, whatever is wrong with others. Throws `ConfigurationError`. */
export function readPart<T>(schema: z.ZodType<T>, from: Environment, place: Place): T {
  const parsed = schema.safeParse({ ...readSettingsFile(place.settingsFile), ...fromVariables(from) })
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.flatMap(explain))
  return parsed.data
}

function fromVariables(from: Environment): Record<string, string> {
  const given = Object.entries(variables).map(([name, variable]) => [name, present(from[variable])] as const)
  return Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** A variable set to nothing is not set. */
export function present(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}

function readSettingsFile(file: string): object {
  const text = readIfThere(file)
  if (text === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch {
    // The parser's message quotes the file; the line below says all that may be said.
  }
  throw new ConfigurationError([`${file}: should be one JSON object`])
}

function explain(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `pouch.json: "${key}" is no setting`)
  const name = issue.path[0] as SettingName
  return [
    `${variables[name]} (or "${name}" in pouch.json): should be ${settingsSchema.shape[name].description ?? ''}`,
  ]
}

// The agency listener trusts whoever holds a credential; on a network, without client certificates, that is too little.
function requireSafeExposure(settings: Pick<Settings, 'agencyHost' | 'agencyExposure'>): void {
  if (settings.agencyExposure !== 'loopback' || isLoopback(settings.agencyHost)) return
  throw new ConfigurationError([
    `${variables.agencyHost}: should be a loopback address, unless ${variables.agencyExposure} is mutual-tls or behind-mutual-tls`,
  ])
}

function readPassphrase(from: Environment): Passphrase | undefined {
  const text = readSecret(from, 'POUCH_PASSPHRASE')
  return text === undefined ? undefined : new Passphrase(text)
}

function readPin(from: Environment): Pin | undefined {
  const text = readSecret(from, 'POUCH_PIN')
  return text === undefined ? undefined : new Pin(text)
}

/** The passphrase that the keys are to have, for the one command that changes it. */
export function readNewPassphrase(from: Environment): Passphrase | undefined {
  const text = readSecret(from, 'POUCH_NEW_PASSPHRASE')
  return text === undefined ? undefined : new Passphrase(text)
}

const tokenSchema = settingsSchema.pick({ pkcs11Module: true, pkcs11Token: true }).loose()

/** Where the keys are beside their folder, if they are. Throws `ConfigurationError` for one of the two settings alone. */
export function readTokenPlace(from: Environment, dataFolder?: string): TokenPlace | undefined {
  return tokenPlaceOf(readPart(tokenSchema, from, readPlace(from, dataFolder)))
}

export function tokenPlaceOf({
  pkcs11Module: module,
  pkcs11Token: label,
}: Partial<Pick<Settings, 'pkcs11Module' | 'pkcs11Token'>>): TokenPlace | undefined {
  if (module === undefined && label === undefined) return undefined
  if (module !== undefined && label !== undefined) return { module, label }
  throw new ConfigurationError(['pkcs11Module and pkcs11Token: should both be set, or neither'])
}

/** A variable, or the file that the same variable with _FILE names. */
function readSecret(from: Environment, variable: string): string | undefined {
  const given = from[variable]
  const file = present(from[`${variable}_FILE`])
  if (given !== undefined && given !== '' && file !== undefined) {
    throw new ConfigurationError([`${variable} and ${variable}_FILE: should not both be set`])
  }
  if (file === undefined) return given === '' ? undefined : given
  const text = readIfThere(file)
  if (text === undefined)
    throw new ConfigurationError([`${variable}_FILE: should name a file that can be read`])
  return text.replace(/\r?\n$/, '')
}

/** A text file; `undefined` when there is none. Throws `ConfigurationError`. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new ConfigurationError([`${file}: should be a file that can be read`])
  }
}
