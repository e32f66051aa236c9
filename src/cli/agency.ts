/** Answers for talking to the agency's own gateway from the command line: where it is, and how its refusals are shown. */
import type { Command } from 'commander'
import { ZodError } from 'zod'
import { Client, type ClientOptions } from '../client/client.ts'
import { ProblemError } from '../client/problem-error.ts'
import { readAgencyAccess } from '../agency-access.ts'
import { environment } from '../config.ts'
import { readAgencyTls } from '../tls-files.ts'
import { type Answer, again, answer, type GlobalOptions } from './answer.ts'
import { codeOf } from './files.ts'

export interface AgencyOptions extends GlobalOptions {
  readonly gateway?: string
  readonly tlsAgencyCertificate?: string
  readonly tlsAgencyKey?: string
  readonly tlsAgencyServerCa?: string
}

export function agencyOption(command: Command): Command {
  return command
    .option('--gateway <url>', 'the agency listener (default: that of the data folder)')
    .option('--tls-agency-certificate <file>', 'the certificate to show it, in PEM (default: as set)')
    .option('--tls-agency-key <file>', 'the key of that certificate (default: as set)')
    .option('--tls-agency-server-ca <file>', 'who issued its certificate (default: as set, or the system’s)')
}

/** Runs with a client; a refusal of the gateway becomes an answer that names its grounds, and exit code 1. */
export async function atGateway(
  options: AgencyOptions,
  run: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  const access = accessOf(options)
  try {
    return await run(new Client({ ...access, patience: { attempts: 3 } }))
  } catch (error) {
    if (error instanceof ProblemError) return refusal(error)
    if (isUnanswered(error)) return unreachable(error, access.url, options)
    // An answer with the status of success, yet not the one that a gateway gives.
    if (error instanceof ZodError || error instanceof SyntaxError) return stranger(access.url)
    throw error
  }
}

function accessOf({ data, gateway, ...given }: AgencyOptions): Omit<ClientOptions, 'patience'> {
  const { tlsAgencyCertificate, tlsAgencyKey, tlsAgencyServerCa } = given
  const { url, credential, tls } = readAgencyAccess(environment(), data, {
    ...(gateway !== undefined && { url: gateway }),
    ...(tlsAgencyCertificate !== undefined && { tlsAgencyCertificate }),
    ...(tlsAgencyKey !== undefined && { tlsAgencyKey }),
    ...(tlsAgencyServerCa !== undefined && { tlsAgencyServerCa }),
  })
  return { url, credential, ...(Object.keys(tls).length > 0 && { tls: readAgencyTls(tls) }) }
}

function refusal({ code, title, next, detail, grounds, entry, requestId }: ProblemError): Answer {
  const lines = [
    `refused: ${title} (${code})`,
    ...(detail === undefined ? [] : [`  ${detail.replaceAll('\n', '\n  ')}`]),
    ...grounds.map((ground) => `  ground ${ground.code}: ${ground.found}; ${ground.change}`),
    ...(entry === undefined ? [] : [`  entry ${entry.index} of the gateway’s ledger, envelope ${entry.id}`]),
    `  next: ${next}`,
  ]
  return answer(lines.join('\n'), { refused: code, title, detail, next, grounds, entry, requestId }, false)
}

/** What `fetch` throws when nobody answers, or not in time. */
function isUnanswered(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return error.name === 'TimeoutError' || (error instanceof TypeError && error.cause instanceof Error)
}

function unreachable(error: Error, url: string, options: AgencyOptions): Answer {
  const code = codeOf(error.cause) ?? (error.name === 'TimeoutError' ? 'no answer in time' : 'no connection')
  const next = url.startsWith('https:')
    ? 'see that it is served there, that it takes the certificate of tlsAgencyCertificate, and that tlsAgencyServerCa issued its own'
    : `start it with \`pouch serve${again(options)}\`, or name it with --gateway`
  return answer(
    `failed: no gateway answers at ${url} (${code})\n  next: ${next}`,
    { unreachable: code, url, next },
    false,
  )
}

function stranger(url: string): Answer {
  const next = 'name the agency listener of a gateway with --gateway'
  const words = `what answers at ${url} is no gateway of this version`
  return answer(`failed: ${words}\n  next: ${next}`, { failed: words, url, next }, false)
}
