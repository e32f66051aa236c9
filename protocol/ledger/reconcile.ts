/**
 * Answers for comparing the ledgers of two gateways: what one of them says of a transfer and the other does not, or says
 * otherwise. No tree proves what was never entered; two ledgers that were to hold the same do.
 */
import { equal, toHex } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { clockSkewSeconds } from '../clock-skew.ts'
import { label } from '../label.ts'
import type { PartyId } from '../names.ts'
import type { Account, Said, Side } from './reconcile-side.ts'

export interface Finding {
  /** `in-flight` and `shredded` are no faults: the one may still come, of the other nothing can be said any more. */
  readonly kind: 'missing' | 'differs' | 'gap' | 'in-flight' | 'shredded'
  /** Sender and id; the pair of a gap. */
  readonly transfer: string
  /** Whose ledger lacks it, or is at odds with the other. */
  readonly ledger: PartyId
  readonly what: string
  /** The entries that say so. */
  readonly entries: readonly { readonly ledger: PartyId; readonly index: number }[]
}

export interface Reconciliation {
  /** Transfers that at least one of the ledgers has. */
  readonly transfers: number
  /** Those that both have. */
  readonly both: number
  readonly findings: readonly Finding[]
}

export function reconcile(a: Side, b: Side): Reconciliation {
  const names = [...new Set([...a.accounts.keys(), ...b.accounts.keys()])].sort()
  const findings = names.flatMap((name) => {
    const [of, to] = isSender(a, name) ? [a, b] : [b, a]
    return compareAccounts(name, of, to)
  })
  const both = names.filter((name) => a.accounts.has(name) && b.accounts.has(name)).length
  return { transfers: names.length, both, findings: [...findings, ...gaps(a), ...gaps(b)] }
}

export function isFault({ kind }: Pick<Finding, 'kind'>): boolean {
  return kind === 'missing' || kind === 'differs' || kind === 'gap'
}

/** The sender's ledger has the submission; where it has nothing, the other has what it received. */
function isSender(side: Side, name: string): boolean {
  return side.hosts.has(name.slice(0, name.indexOf(':')))
}

function compareAccounts(transfer: string, sender: Side, recipient: Side): readonly Finding[] {
  const [sent, received] = [sender.accounts.get(transfer), recipient.accounts.get(transfer)]
  const found = (
    kind: Finding['kind'],
    { party }: Side,
    what: string,
    ...says: readonly Witness[]
  ): Finding => ({
    ...{ kind, transfer, ledger: party, what },
    entries: says.flatMap(([side, said]) => (said ? [{ ledger: side.party, index: said.index }] : [])),
  })
  const tale: Tale = { sender, recipient, found }
  if (received?.decided === undefined) return notReceived(tale, sent, received)
  if (sent?.decided === undefined) return notSent(tale, received)
  return [
    ...compareDecisions(tale, sent.decided, received.decided, sent.relayed),
    ...compareReceipts(tale, sent, received),
    ...compareAcknowledgements(tale, sent, received),
  ]
}

type Witness = readonly [Side, Said | undefined]

interface Tale {
  readonly sender: Side
  readonly recipient: Side
  readonly found: (kind: Finding['kind'], side: Side, what: string, ...says: readonly Witness[]) => Finding
}

function notReceived(
  { sender, recipient, found }: Tale,
  sent: Account | undefined,
  received: Account | undefined,
): readonly Finding[] {
  const decided = sent?.decided
  if (decided === undefined || decided.record.decision?.allow === false) return []
  const { relayed } = sent ?? {}
  const says: readonly Witness[] = [
    [sender, decided],
    [sender, relayed],
  ]
  if (relayed === undefined) return [found('in-flight', recipient, 'submitted, and not relayed yet', ...says)]
  if (relayed.record.event !== 'relay-acceptance' || (received?.refused.length ?? 0) > 0) return []
  if (relayed.record.at > recipient.at)
    return [found('in-flight', recipient, 'relayed after the other checkpoint', ...says)]
  return [found(lackOf(recipient), recipient, 'the transfer, for which it gave a receipt', ...says)]
}

function notSent({ sender, recipient, found }: Tale, received: Account): readonly Finding[] {
  const { decided } = received
  if (decided === undefined) return []
  if (decided.record.at > sender.at)
    return [found('in-flight', sender, 'received after the other checkpoint', [recipient, decided])]
  return [found(lackOf(sender), sender, 'the transfer, which the other received', [recipient, decided])]
}

/** Where records were shredded, one that is not there may be one of them. */
function lackOf({ shredded }: Side): 'missing' | 'shredded' {
  return shredded === 0 ? 'missing' : 'shredded'
}

function compareDecisions(
  { sender, recipient, found }: Tale,
  sent: Said,
  received: Said,
  relayed: Said | undefined,
): readonly Finding[] {
  const [ours, theirs] = [sent.record, received.record]
  const taken = relayed?.record.event === 'relay-acceptance'
  const differences = [
    [!same(ours.digest, theirs.digest), 'the envelope’s digest'],
    [!sameLabel(ours.label, theirs.label), 'the label'],
    [ours.decision?.allow === false, 'the decision: the sender’s ledger refused what the other received'],
    [taken && theirs.decision?.allow === false, 'the decision: refused here, and relayed as accepted'],
    [
      relayed !== undefined && !taken && theirs.decision?.allow === true,
      'the decision: accepted here, and relayed as not',
    ],
    [theirs.at + clockSkewSeconds < ours.at, 'the time: received before it was submitted'],
    [
      relayed !== undefined && relayed.record.at + clockSkewSeconds < theirs.at,
      'the time: received after it was relayed',
    ],
  ] as const
  return differences.flatMap(([differs, what]) =>
    differs ? [found('differs', recipient, what, [sender, sent], [recipient, received])] : [],
  )
}

/** Each ledger has what the other's receipt proved, and it is the entry that the other has. */
function compareReceipts(tale: Tale, sent: Account, received: Account): readonly Finding[] {
  const { sender, recipient } = tale
  const { decided, relayed } = sent
  const there = received.decided
  const forth = relayed?.record.event === 'relay-acceptance' ? relayed : undefined
  return [
    ...(there && decided ? receipts(tale, [recipient, there], [sender, decided]) : []),
    ...(forth && there ? receipts(tale, [sender, forth], [recipient, there]) : []),
  ]
}

/** `holder` entered what the receipt for `given` proves. */
function receipts({ found }: Tale, holder: [Side, Said], given: [Side, Said]): readonly Finding[] {
  const [side, { record }] = holder
  const held = record.peerReceipt
  if (held === undefined)
    return [found('differs', side, 'no receipt of the other ledger is entered', holder, given)]
  const [, { leafHash }] = given
  if (equal(held, leafHash)) return []
  const what = `the receipt: one for the leaf ${toHex(held)} is entered, the entry is ${toHex(leafHash)}`
  return [found('differs', side, what, holder, given)]
}

function compareAcknowledgements(tale: Tale, sent: Account, received: Account): readonly Finding[] {
  const { sender, recipient, found } = tale
  const names = new Set([...sent.acknowledged.keys(), ...received.acknowledged.keys()])
  return [...names].flatMap((name) => {
    const [ours, theirs] = [sent.acknowledged.get(name), received.acknowledged.get(name)]
    if (ours && theirs) return receipts(tale, [sender, ours], [recipient, theirs])
    if (ours) return ours.record.at > recipient.at ? [] : [lacking(tale, recipient, [sender, ours])]
    const answered = answerTo(received, name)
    if (theirs === undefined) return []
    if (answered === undefined || answered.record.at > sender.at)
      return [found('in-flight', sender, 'an acknowledgement, not there yet', [recipient, theirs])]
    if (answered.record.event !== 'relay-acceptance') return []
    return [lacking(tale, sender, [recipient, theirs], [recipient, answered])]
  })
}

function lacking({ found }: Tale, side: Side, ...says: readonly Witness[]): Finding {
  return found(lackOf(side), side, 'an acknowledgement that the other has', ...says)
}

function answerTo({ answered }: Account, name: string): Said | undefined {
  const digest = name.slice(name.indexOf(' '))
  return [...answered].find(([other]) => other.endsWith(digest))?.[1]
}

/** Numbers begin at 1 and leave none out. */
function gaps({ party, numbers, shredded }: Side): readonly Finding[] {
  return [...numbers].flatMap(([pair, seen]) => {
    const missing: number[] = []
    for (let number = 1; number <= Math.max(...seen); number++) if (!seen.has(number)) missing.push(number)
    if (missing.length === 0) return []
    const kind = missing.length <= shredded ? 'shredded' : 'gap'
    const what = `the transfers ${listed(missing)} of ${pair.replace(' ', ' to ')}`
    return [{ kind, transfer: pair, ledger: party, what, entries: [] } as const]
  })
}

function listed(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 20).join(', ')
  return numbers.length > 20 ? `${shown} and ${numbers.length - 20} more` : shown
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equal(a, b)
}

function sameLabel(a: Said['record']['label'], b: Said['record']['label']): boolean {
  return a !== undefined && b !== undefined && equal(encode(label.write(a)), encode(label.write(b)))
}
