/** Answers for `pouch withdraw`: the issuer's statement about attestations that have left, told to everyone who received them. */
import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { fromHex, toHex } from '../../protocol/bytes.ts'
import {
  attestationDigest,
  type WithdrawalKind,
  withdrawalKinds,
  type WithdrawalReason,
  withdrawalReasons,
} from '../../protocol/withdrawal.ts'
import type { WithdrawalInput } from '../client/client.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, answer, UsageError } from './answer.ts'
import { readBytes } from './files.ts'

interface WithdrawOptions extends AgencyOptions {
  readonly kind: WithdrawalKind
  readonly reason: WithdrawalReason
  readonly replacement?: string
}

export function withdrawCommand(): Command {
  return agencyOption(new Command('withdraw'))
    .summary('withdraw or suspend what this party attested')
    .description(
      'Have the gateway sign what has become of an attestation, and tell everyone who received it until each has ' +
        'acknowledged. Needs the role officer.',
    )
    .argument(
      '<what>',
      'an attestation’s file or digest, or the id of an envelope for all of this party in it',
    )
    .addOption(
      new Option('--kind <kind>', 'what has become of it').choices(withdrawalKinds).default('withdrawn'),
    )
    .addOption(new Option('--reason <class>', 'why').choices(withdrawalReasons).makeOptionMandatory())
    .option('--replacement <what>', 'file or digest of the attestation in its place')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch withdraw attestation.cose --reason no-longer-needed --data est\n' +
        '  pouch withdraw 9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f --kind suspended --reason review --data est',
    )
    .action(
      acting<WithdrawOptions>((options, [what = '']) =>
        atGateway(options, async (client) => {
          const { withdrawals } = await client.withdraw(wanted(what, options))
          const lines = withdrawals.map(
            ({ attestation, index, repeated }) =>
              `${toHex(attestation)}: ${options.kind}, entry ${index}${repeated ? ', as before' : ''}`,
          )
          const shown = withdrawals.map(({ attestation, index, repeated }) => ({
            ...{ attestation: toHex(attestation), index, repeated },
          }))
          const next = '  who has acknowledged: pouch withdrawals'
          return answer([...lines, next].join('\n'), { withdrawals: shown })
        }),
      ),
    )
}

function wanted(what: string, { kind, reason, replacement }: WithdrawOptions): WithdrawalInput {
  const stated = { kind, reason, ...(replacement !== undefined && { replacement: digestOf(replacement) }) }
  const isEnvelope = /^(?:[A-Z][A-Z0-9-]{1,31}:)?[0-9a-f]{32}$/.test(what) && !existsSync(what)
  return isEnvelope ? { envelope: what, ...stated } : { attestation: digestOf(what), ...stated }
}

function digestOf(what: string): Uint8Array {
  if (existsSync(what)) return attestationDigest(readBytes(what))
  const digest = /^[0-9a-f]{64}$/.test(what) ? fromHex(what) : undefined
  if (digest === undefined) throw new UsageError(`${what} is no file, digest or id of an envelope`)
  return digest
}
