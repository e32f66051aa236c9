/**
 * Answers for the grounds as formulas, written from the table of protocol/policy/README.md for any logic: one that reckons with
 * unknowns can prove things of them, and one that looks up the facts of a state can say whether the kernel does the same.
 */
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import type { ConditionCode } from '../../protocol/policy/conditions.ts'

/** `B`: what is true or not. `N`: a number. `T`: a thing that has a name, of which there are as many as one likes. */
export interface Logic<B, N, T> {
  readonly and: (...all: readonly B[]) => B
  readonly or: (...any: readonly B[]) => B
  readonly not: (claim: B) => B
  readonly less: (a: N, b: N) => B
  readonly plus: (a: N, b: N) => N
  readonly constant: (value: number) => N
  readonly same: (a: T, b: T) => B
  /** What the question names: its sender, its agreement, its purpose. */
  readonly thing: (name: string) => T
  /** A number that things have. */
  readonly number: (name: string, ...of: readonly T[]) => N
  /** A property of things; a fact, where there are none. */
  readonly is: (property: string, ...of: readonly T[]) => B
  /** Whether some thing has the property, after these, and meets the claim. */
  readonly some: (property: string, of: readonly T[], claim: (thing: T) => B) => B
  /** Whether it is a member of the group at that time. */
  readonly member: (group: T, party: T, at: N) => B
}

export function groundsIn<B, N, T>(l: Logic<B, N, T>): Readonly<Record<ConditionCode, B>> {
  const { and, or, not, is, some, number, thing, less, same } = l
  const atMost = (a: N, b: N) => not(less(b, a))
  const [from, to, purpose, main] = [thing('from'), thing('to'), thing('purpose'), thing('agreement')]
  const originator = thing('originator')
  const [at, labelled] = [number('at'), number('label.at')]

  const standsFor = (name: T, party: T, time: N) =>
    or(and(is('group', name), l.member(name, party, time)), and(not(is('group', name)), same(name, party)))
  const onSide = (side: string, agreement: T, party: T) =>
    some(side, [agreement], (name) => standsFor(name, party, at))
  const isBetween = (agreement: T, a: T, b: T) =>
    or(
      and(onSide('first', agreement, a), onSide('second', agreement, b)),
      and(is('both ways', agreement), onSide('second', agreement, a), onSide('first', agreement, b)),
    )
  const isSuspended = (agreement: T) =>
    or(
      is('suspended', agreement),
      some('suspension', [agreement], (each) =>
        and(
          atMost(number('suspended from', each), at),
          or(not(is('suspension ends', each)), less(at, number('suspended until', each))),
        ),
      ),
    )
  const isComing = (agreement: T) => or(less(at, number('begin', agreement)), is('coming', agreement))
  const isExpired = (agreement: T) => and(is('ends', agreement), atMost(number('end', agreement), at))
  const isLive = (agreement: T) =>
    not(or(isComing(agreement), isExpired(agreement), isSuspended(agreement), is('over', agreement)))

  const marking = is('marking')
  /** Whether what the marking is worth by the agreement is more than the limit. */
  const isWorthMore = (agreement: T, limit: N) =>
    or(
      and(is('row', agreement), or(less(limit, number('row level', agreement)), less(limit, number('low')))),
      and(not(is('row', agreement)), less(limit, number('high'))),
    )
  const isReached = (each: T) =>
    or(
      not(is('counted', each)),
      not(less(l.plus(number('before', each), l.constant(1)), number('count', each))),
    )
  const isAbove = (limit: N) =>
    and(
      marking,
      or(
        isWorthMore(main, limit),
        some('aggregation', [main], (each) => and(isReached(each), less(limit, number('raised to', each)))),
      ),
    )

  const isOther = and(
    is('has originator'),
    is('known', originator),
    not(same(originator, from)),
    not(same(originator, to)),
  )
  const consents = (agreement: T) =>
    and(
      isBetween(agreement, originator, from),
      isLive(agreement),
      is('purpose', agreement, purpose),
      is('ceiling', agreement),
      or(
        not(marking),
        and(
          or(is('row', agreement), not(is('table', agreement))),
          not(isAbove(number('ceiling', agreement))),
          not(isWorthMore(agreement, number('ceiling', agreement))),
        ),
      ),
      some('onward', [agreement], (name) => standsFor(name, to, labelled)),
      some('onward', [agreement], (name) => standsFor(name, to, at)),
    )

  const isIn = is('agreement', main)
  const isAsked = (what: string, claim: B) => and(isIn, is(what, main), not(claim))
  return {
    'unknown-policy': not(is('scheme')),
    'unknown-marking': and(is('scheme'), not(is('spelled'))),
    'marking-not-in-force': and(is('scheme'), is('spelled'), not(marking)),
    'label-dated-ahead': less(l.plus(at, l.constant(clockSkewSeconds)), labelled),
    'retention-ended': and(is('retains until'), atMost(number('retain until'), at)),
    'unknown-party': or(
      not(is('party', from)),
      not(is('party', to)),
      and(
        is('has originator'),
        not(or(is('known', originator), same(originator, from), same(originator, to))),
      ),
    ),
    'above-accreditation': and(is('party', to), isAbove(number('accreditation', to))),
    'compartment-not-held': and(
      is('party', to),
      some('compartment', [], (each) => not(is('held', to, each))),
    ),
    'unknown-release-name': and(
      not(is('unrestricted')),
      some('released', [], (name) => not(is('known', name))),
    ),
    'not-releasable': not(
      or(
        is('unrestricted'),
        some('released', [], (name) => standsFor(name, to, labelled)),
      ),
    ),
    'unknown-caveat': and(
      is('scheme'),
      some('caveat', [], (each) => not(is('explained', each))),
    ),
    'caveat-not-met': and(
      is('scheme'),
      some('caveat', [], (each) =>
        or(
          and(is('originator sends', each), is('has originator'), not(same(originator, from))),
          and(
            is('only parties', each),
            not(some('caveat party', [each], (name) => standsFor(name, to, labelled))),
          ),
          and(is('only purposes', each), not(is('caveat purpose', each, purpose))),
        ),
      ),
    ),
    'no-agreement': not(isIn),
    'party-not-covered': and(isIn, not(isBetween(main, from, to))),
    'agreement-not-in-force': and(isIn, isComing(main)),
    'agreement-expired': and(isIn, isExpired(main)),
    'agreement-suspended': and(isIn, isSuspended(main)),
    'agreement-terminated': and(isIn, is('over', main)),
    'purpose-not-covered': and(isIn, not(is('purpose', main, purpose))),
    'category-not-covered': and(isIn, not(is('ceiling', main))),
    'above-ceiling': and(isIn, is('ceiling', main), isAbove(number('ceiling', main))),
    'marking-not-covered': and(isIn, marking, is('table', main), not(is('row', main))),
    'above-clearance': and(is('reader'), isAbove(number('clearance'))),
    'nationality-not-covered': isAsked(
      'asks for nationals',
      and(
        is('reader'),
        some('nationality', [], () => and()),
        not(
          some('nationality', [], (nation) =>
            not(some('national', [main], (name) => standsFor(name, nation, at))),
          ),
        ),
      ),
    ),
    'need-to-know-not-stated': isAsked('asks for need-to-know', is('need-to-know')),
    'legal-basis-not-covered': isAsked(
      'asks for legal basis',
      and(is('legal basis'), is('basis', main, thing('legal basis'))),
    ),
    'retention-not-covered': isAsked(
      'asks for retention',
      and(is('retains until'), atMost(number('retain until'), l.plus(at, number('retention', main)))),
    ),
    'third-party-not-consented': and(isOther, not(some('agreement', [], consents))),
    'national-restriction': is('forbidden'),
    'national-module-failed': is('module failed'),
  }
}
