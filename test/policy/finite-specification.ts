/** Answers for what must be true of each state of the finite world, said without the kernel. */
import type { ConditionCode } from '../../protocol/policy/conditions.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Dimension, type State } from './finite-world.ts'
import { day, now } from './world.ts'

/** Each member of the question, with the parts of the state that it is made of. */
export const madeOf: Readonly<Record<string, readonly Dimension[]>> = {
  from: ['sender'],
  to: ['receiver'],
  'label.policy': ['marked'],
  'label.marking': ['marked'],
  'label.at': ['labelled'],
  'label.compartments': ['compartments'],
  'label.releasability': ['release', 'receiver'],
  'label.caveats': ['caveat'],
  'label.originator': ['originator', 'sender', 'receiver'],
  'label.retainUntil': ['retainUntil'],
  purpose: ['purpose'],
  agreement: ['paper'],
  category: [],
  counted: ['counted'],
  reader: ['reader'],
  needToKnow: ['needToKnow'],
  legalBasis: ['legalBasis'],
}

export function questionOf(state: State): Question {
  const { sender, receiver, marked, labelled, caveat, retainUntil, paper, counted } = state
  const { compartments, purpose, reader, needToKnow, legalBasis } = state
  const originator = originatorOf(state)
  return {
    from: sender,
    to: receiver.id,
    label: {
      policy: marked.policy,
      marking: marked.marking,
      at: labelled,
      compartments,
      releasability: releasedTo(state),
      caveats: caveat === undefined ? [] : [caveat],
      ...(originator !== undefined && { originator }),
      ...(retainUntil !== undefined && { retainUntil }),
    },
    purpose,
    agreement: paper.id,
    category: 'attestation',
    counted,
    ...(reader && { reader }),
    ...(needToKnow !== undefined && { needToKnow }),
    ...(legalBasis !== undefined && { legalBasis }),
  }
}

function releasedTo({ release, receiver }: State): Question['label']['releasability'] {
  const names = {
    unrestricted: 'unrestricted',
    nobody: [],
    'the receiver': [receiver.id],
    all: ['ALL'],
    former: ['FORMER'],
    'all and one unknown': ['ALL', 'NEMO'],
  } as const
  return names[release]
}

function originatorOf({ originator, sender, receiver }: State): string | undefined {
  if (originator === 'the sender') return sender
  return originator === 'the receiver' ? receiver.id : originator
}

/** What it counts as: `null` where nobody can say. */
function worth({ marked, paper, counted }: State): number | null {
  if (marked.level === null) return null
  const alone = paper.kind === 'none' ? marked.level : (marked.agreed ?? marked.level)
  // The fifth of its kind and every later one count as secret.
  const isMany = paper.kind === 'counting' && counted[0] >= 4
  return isMany ? Math.max(alone, 3) : alone
}

const isAbove = (level: number | null, limit: number | null) =>
  level !== null && limit !== null && level > limit
const isUnknown = (state: State) => state.receiver.accreditation === null
const isPaper = (state: State, ...kinds: readonly string[]) => kinds.includes(state.paper.kind)
const exists = (state: State) => state.paper.kind !== 'none'

/** When each ground must be told. */
export const specification: Readonly<Record<ConditionCode, (state: State) => boolean>> = {
  'unknown-policy': ({ marked }) => marked.is === 'unknown policy',
  'unknown-marking': ({ marked }) => marked.is === 'unknown',
  'marking-not-in-force': ({ marked }) => marked.is === 'past',
  'label-dated-ahead': ({ labelled }) => labelled > now + 300,
  'retention-ended': ({ retainUntil }) => retainUntil !== undefined && retainUntil <= now,
  'unknown-party': (state) => isUnknown(state) || state.originator === 'UNKNOWN',
  'above-accreditation': (state) => isAbove(worth(state), state.receiver.accreditation),
  'compartment-not-held': ({ receiver, compartments }) =>
    receiver.accreditation !== null && compartments.length > 0 && !receiver.holds,
  'unknown-release-name': (state) =>
    state.release === 'all and one unknown' || (state.release === 'the receiver' && isUnknown(state)),
  'not-releasable': (state) =>
    ['nobody', 'former'].includes(state.release) || (state.release.startsWith('all') && isUnknown(state)),
  // Caveats are X’s own: with Y’s marking none of them is known, and without a scheme none is asked about.
  'unknown-caveat': ({ caveat, marked: { policy } }) =>
    caveat !== undefined && (policy === 'Y' || (policy === 'X' && caveat === 'UNHEARD OF')),
  'caveat-not-met': ({ caveat, marked }) => marked.policy === 'X' && caveat === 'NOBODY’S EYES',
  'no-agreement': (state) => !exists(state),
  'party-not-covered': (state) => isPaper(state, 'of others', 'inverse'),
  'agreement-not-in-force': (state) => isPaper(state, 'coming', 'signed'),
  'agreement-expired': (state) => isPaper(state, 'over'),
  'agreement-suspended': (state) => isPaper(state, 'suspended', 'suspended by a party'),
  'agreement-terminated': (state) => isPaper(state, 'terminated'),
  'purpose-not-covered': (state) => exists(state) && state.purpose === 'curiosity',
  'category-not-covered': (state) => exists(state) && state.paper.ceiling === null,
  'above-ceiling': (state) => isAbove(worth(state), state.paper.ceiling),
  'marking-not-covered': (state) => exists(state) && state.marked.is === 'not in the table',
  'above-clearance': (state) => isAbove(worth(state), state.reader?.clearance ?? null),
  'nationality-not-covered': (state) =>
    isPaper(state, 'asking') && state.reader?.nationalities.includes('R0') !== true,
  'need-to-know-not-stated': (state) => isPaper(state, 'asking') && state.needToKnow === undefined,
  'legal-basis-not-covered': (state) => isPaper(state, 'asking') && state.legalBasis !== 'ACT',
  'retention-not-covered': ({ paper, retainUntil }) =>
    paper.kind === 'asking' && (retainUntil === undefined || retainUntil > now + day),
  // What is consented to is for confirmation, up to level 3, and of Y only what is in the table.
  'third-party-not-consented': (state) =>
    state.originator === 'SILENT' ||
    (state.originator === 'CONSENTING' &&
      (state.purpose === 'curiosity' || isAbove(worth(state), 3) || state.marked.is === 'not in the table')),
  'national-restriction': ({ sender }) => sender === 'S-FORBIDS',
  'national-module-failed': ({ sender }) => sender === 'S-FAILS',
}

/** What no permitted transfer may break, whatever the grounds are called. */
export const safety: Readonly<Record<string, (state: State) => boolean>> = {
  'its level is known': (state) => worth(state) !== null,
  'it goes to nobody who is accredited, or whose reader is cleared, lower': (state) => {
    const level = worth(state) ?? Infinity
    return level <= (state.receiver.accreditation ?? -1) && level <= (state.reader?.clearance ?? 4)
  },
  'it stays below the ceiling of an agreement': (state) =>
    (worth(state) ?? Infinity) <= (state.paper.ceiling ?? -1),
  'the agreement is live and suspended by nobody': (state) => isPaper(state, 'live', 'asking', 'counting'),
  'it goes to nobody to whom it is not released': ({ release }) => !['nobody', 'former'].includes(release),
  'it goes to nobody without its compartments': ({ receiver, compartments }) =>
    compartments.length === 0 || receiver.holds,
  'what is a third party’s has its consent': ({ originator }) =>
    originator === undefined || ['the sender', 'the receiver', 'CONSENTING'].includes(originator),
  'it is for the purpose agreed': ({ purpose }) => purpose === 'confirmation',
  'what the agreement asks for is stated': (state) =>
    !isPaper(state, 'asking') ||
    (state.needToKnow !== undefined &&
      state.legalBasis === 'ACT' &&
      state.reader?.nationalities.join() === 'R0' &&
      (state.retainUntil ?? Infinity) <= now + day),
  'it may still be held': ({ retainUntil }) => (retainUntil ?? Infinity) > now,
  'no national rule forbids it': ({ sender }) => sender === 'S',
}
