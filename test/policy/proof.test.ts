/** The whole of a finite world: no state is permitted that should not be, and no condition can be left out. */
import { expect, test } from 'vitest'
import type { Label } from '../../protocol/label.ts'
import { decide } from '../../protocol/policy/decide.ts'
import { type GroundCode, groundCodes } from '../../protocol/policy/ground.ts'
import {
  caveats,
  finiteRules,
  type Marked,
  markings,
  type Paper,
  papers,
  type Receiver,
  receivers,
  releases,
  times,
} from './finite-world.ts'
import { now } from './world.ts'

/** A set of grounds as bits, so that millions of sets can be compared. */
type Grounds = number
const bitOf = new Map(groundCodes.map((code, i) => [code, 1 << i]))

function bits(codes: Iterable<GroundCode | undefined>): Grounds {
  let all = 0
  for (const code of codes) if (code !== undefined) all |= bitOf.get(code) ?? 0
  return all
}

interface State {
  readonly label: Label
  readonly receiver: Receiver
  readonly paper: Paper
  readonly purpose: string
  readonly wrong: Grounds
}

/** What the level, the party and the paper make wrong together: everything else is wrong by itself. */
function together(
  { level: agreed, atMost }: Marked,
  { accreditation }: Receiver,
  { ceiling }: Paper,
): Grounds {
  const level = ceiling === undefined ? (atMost ?? agreed) : agreed
  if (level === null) return ceiling === null ? bits(['category-not-covered']) : 0
  return bits([
    accreditation !== null && level > accreditation ? 'above-accreditation' : undefined,
    ceiling === null ? 'category-not-covered' : undefined,
    typeof ceiling === 'number' && level > ceiling ? 'above-ceiling' : undefined,
  ])
}

interface Labelled {
  readonly marked: Marked
  readonly label: Label
  readonly receiver: Receiver
  readonly wrong: Grounds
}

function* labels(): Generator<Labelled> {
  for (const receiver of receivers)
    for (const marked of markings)
      for (const release of releases)
        for (const caveat of caveats)
          for (const compartments of [[], ['A']])
            for (const time of times) yield labelled(receiver, marked, release, caveat, compartments, time)
}

function labelled(
  receiver: Receiver,
  marked: Marked,
  release: (typeof releases)[number],
  caveat: (typeof caveats)[number],
  compartments: readonly string[],
  time: (typeof times)[number],
): Labelled {
  const { policy, marking } = marked
  const label: Label = {
    policy,
    marking,
    at: now,
    compartments,
    releasability: release.to(receiver),
    caveats: caveat.name === undefined ? [] : [caveat.name],
    ...time.label,
  }
  const lacks = compartments.length > 0 && receiver.accreditation !== null && !receiver.holds
  const wrong = bits([
    receiver.accreditation === null ? 'unknown-party' : undefined,
    lacks ? 'compartment-not-held' : undefined,
    marked.wrong === 'marking-not-covered' ? undefined : marked.wrong,
    time.wrong,
    ...release.wrong(receiver),
    policy === 'X' || caveat.name === undefined
      ? caveat.wrong
      : policy === 'Y'
        ? 'unknown-caveat'
        : undefined,
  ])
  return { marked, label, receiver, wrong }
}

function* states(): Generator<State> {
  for (const { marked, label, receiver, wrong } of labels())
    for (const paper of papers)
      for (const purpose of ['confirmation', 'curiosity']) {
        const uncovered =
          paper.ceiling === undefined
            ? 0
            : bits([
                purpose === 'curiosity' ? 'purpose-not-covered' : undefined,
                marked.wrong === 'marking-not-covered' ? marked.wrong : undefined,
              ])
        const all = wrong | together(marked, receiver, paper) | uncovered | bits([paper.wrong])
        yield { label, receiver, paper, purpose, wrong: all }
      }
}

test('every state: permitted exactly when nothing is wrong, and every wrong thing is told', () => {
  const alone = new Map<Grounds, number>()
  let [asked, permitted] = [0, 0]
  for (const { label, receiver, paper, purpose, wrong } of states()) {
    const question = {
      from: 'S',
      to: receiver.id,
      label,
      purpose,
      agreement: paper.id,
      category: 'attestation',
    }
    const { allow, grounds } = decide(question, finiteRules, now)
    const found = bits(grounds.map(({ code }) => code))
    if (found !== wrong || allow !== (wrong === 0))
      expect({ question, grounds, told: found }).toEqual({ question, grounds, told: wrong })
    asked++
    if (allow) permitted++
    if ((wrong & (wrong - 1)) === 0) alone.set(wrong, (alone.get(wrong) ?? 0) + 1)
  }
  console.info(`${asked} states, ${permitted} permitted`)
  expect(asked).toBeGreaterThan(1_000_000)
  expect(permitted).toBeGreaterThan(100)
  // A condition that alone stands against some state could not be dropped: that state would pass.
  const dispensable = groundCodes.filter((code) => code !== 'no-recipient' && !alone.has(bits([code])))
  expect(dispensable).toEqual([])
})
