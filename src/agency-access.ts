/** Answers for where the agency's own systems find the gateway, and what they show it: a credential, and a certificate where one is demanded. */
import path from 'node:path'
import { ConfigurationError, type Environment, present, readIfThere, readPart, readPlace } from './config.ts'
import { isPublicOrigin, type Settings, settingsSchema } from './settings.ts'

/** How the agency's own systems reach the gateway. */
export interface AgencyAccess {
  readonly url: string
  readonly credential: string
  readonly tls: AgencyTlsSettings
}

/** Absolute file names. */
export type AgencyTlsSettings = Partial<
  Pick<Settings, 'tlsAgencyCertificate' | 'tlsAgencyKey' | 'tlsAgencyServerCa'>
>

/** What the command line gives goes before the settings. */
export interface AgencyAccessGiven extends AgencyTlsSettings {
  readonly url?: string
}

const accessSchema = settingsSchema
  .pick({
    ...{ agencyHost: true, agencyPort: true, agencyExposure: true },
    ...{ tlsAgencyCertificate: true, tlsAgencyKey: true, tlsAgencyServerCa: true },
  })
  .loose()

/** The gateway of the data folder, or the one named, and the credential for it. Throws `ConfigurationError`. */
export function readAgencyAccess(
  from: Environment,
  dataFolder: string | undefined,
  { url, ...given }: AgencyAccessGiven,
): AgencyAccess {
  const place = readPlace(from, dataFolder)
  const { agencyHost, agencyPort, agencyExposure, ...settings } = readPart(accessSchema, from, place)
  const file = path.join(place.dataFolder, 'credential')
  const credential = present(from['POUCH_CREDENTIAL']) ?? present(readIfThere(file))
  if (credential === undefined) {
    throw new ConfigurationError([`POUCH_CREDENTIAL, or the file ${file}: should hold an API credential`])
  }
  if (url !== undefined && !isPublicOrigin(url)) {
    throw new ConfigurationError([
      '--gateway: should be https://host[:port], or http on loopback: the credential goes there',
    ])
  }
  const scheme = agencyExposure === 'mutual-tls' ? 'https' : 'http'
  const tls = { ...filesIn(place.dataFolder, settings), ...filesIn('.', given) }
  return { url: url ?? `${scheme}://${agencyHost}:${agencyPort}`, credential, tls }
}

const tlsNames = ['tlsAgencyCertificate', 'tlsAgencyKey', 'tlsAgencyServerCa'] as const

function filesIn(folder: string, files: AgencyTlsSettings): AgencyTlsSettings {
  return Object.fromEntries(
    tlsNames.flatMap((name) => {
      const file = files[name]
      return file === undefined ? [] : [[name, path.resolve(folder, file)]]
    }),
  )
}
