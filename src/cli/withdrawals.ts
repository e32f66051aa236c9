/** Answers for `pouch withdrawals`: what was withdrawn, and who has yet to acknowledge it, since when. */
import { Command } from 'commander'
import { toHex } from '../../protocol/bytes.ts'
import type { WithdrawalsView } from '../http/forms/withdrawal.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'

interface WithdrawalsOptions extends AgencyOptions {
  readonly outstanding?: boolean
  readonly late?: boolean
}

type Known = WithdrawalsView['withdrawals'][number]
type Receiver = Known['receivers'][number]

export function withdrawalsCommand(): Command {
  return agencyOption(new Command('withdrawals'))
    .summary('list withdrawals, and who has yet to acknowledge')
    .description(
      'List what this party and others have withdrawn, as far as the gateway knows it, and whom it has told. Exit code 1 ' +
        'when somebody is late.',
    )
    .option('--outstanding', 'only what somebody has yet to acknowledge')
    .option('--late', 'only what somebody has not acknowledged for more than a day')
    .addHelpText('after', '\nExample:\n  pouch withdrawals --outstanding --data est')
    .action(
      acting<WithdrawalsOptions>((options) =>
        atGateway(options, async (client) => listed(await client.withdrawals(), options)),
      ),
    )
}

function listed({ withdrawals }: WithdrawalsView, { outstanding, late }: WithdrawalsOptions): Answer {
  const isWanted = (each: Receiver): boolean =>
    late === true ? each.late : outstanding === true ? !each.acknowledged : true
  const narrowed = outstanding === true || late === true
  const shown = withdrawals
    .map((each) => ({ ...each, receivers: each.receivers.filter(isWanted) }))
    .filter(({ receivers }) => !narrowed || receivers.length > 0)
  const isLate = withdrawals.some(({ receivers }) => receivers.some((each) => each.late))
  const values = shown.map(({ attestation, replacement, ...rest }) => ({
    ...{ ...rest, attestation: toHex(attestation) },
    replacement: replacement && toHex(replacement),
  }))
  return answer(shown.flatMap(lines).join('\n') || 'none', { withdrawals: values }, !isLate)
}

function lines({ issuer, attestation, kind, reason, statedAt, receivers }: Known): readonly string[] {
  const head = `${issuer} ${toHex(attestation)}: ${kind} (${reason}), ${toDate(statedAt)}`
  return [head, ...receivers.map((each) => `  ${standing(each)}`)]
}

function standing({ party, acknowledged, late, since, attempts, denied, envelope }: Receiver): string {
  if (acknowledged) return `${party}: acknowledged`
  const how = denied ? 'DENIED by the policy' : `${attempts} sent`
  const last = envelope === undefined ? '' : `, last in envelope ${envelope}`
  return `${party}: ${late ? 'LATE, ' : ''}outstanding since ${toDate(since)}, ${how}${last}`
}
