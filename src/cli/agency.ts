/** Answers for talking to the agency's own gateway from the command line: where it is, and how its refusals are shown. */
import type { Command } from 'commander'
import { Client } from '../client/client.ts'
import { ProblemError } from '../client/problem-error.ts'
import { environment, readAgencyAccess } from '../config.ts'
import { type Answer, answer, type GlobalOptions } from './answer.ts'

export interface AgencyOptions extends GlobalOptions {
  readonly gateway?: string
}

export function agencyOption(command: Command): Command {
  return command.option('--gateway <url>', 'the agency listener (default: that of the data folder)')
}

/** Runs with a client; a refusal of the gateway becomes an answer that names its grounds, and exit code 1. */
export async function atGateway(
  { gateway, data }: AgencyOptions,
  run: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await run(new Client(readAgencyAccess(environment(), data, gateway)))
  } catch (error) {
    if (error instanceof ProblemError) return refusal(error)
    if (error instanceof TypeError) return unreachable(error)
    throw error
  }
}

function refusal({ code, title, next, detail, grounds, entry }: ProblemError): Answer {
  const lines = [
    `refused: ${title} (${code})${detail === undefined ? '' : `\n  ${detail}`}`,
    ...grounds.map((ground) => `  ground ${ground.code}: ${ground.found}; ${ground.change}`),
    ...(entry === undefined ? [] : [`  entry ${entry.index} of the gateway’s ledger`]),
    `  next: ${next}`,
  ]
  return answer(lines.join('\n'), { refused: code, title, detail, next, grounds, entry }, false)
}

/** What `fetch` throws when nobody answers. */
function unreachable({ cause }: TypeError): Answer {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection'
  const next = 'Start it with `pouch serve`, or name it with --gateway.'
  return answer(`the gateway does not answer (${code})\n  next: ${next}`, { unreachable: code, next }, false)
}
