/**
 * Answers for the one promise of a witness, by chance: whatever is asked, at once, of several processes on one database, and
 * after they were stopped and started, what it cosigned of a ledger is one history.
 */
import { expect, test } from 'vitest'
import { equal, toHex, utf8 } from '../../protocol/bytes.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { parseAddCheckpoint } from '../../protocol/ledger/witness.ts'
import type { Composed } from '../../src/composition.ts'
import { resumeWitnessing } from '../../src/ledger/witness/conflict.ts'
import { readConflicts } from '../../src/ledger/witness/conflicts-table.ts'
import { createWitness, type Witness } from '../../src/ledger/witness/witness.ts'
import { type Chance, chance } from '../support/chance.ts'
import { eachDatabase } from '../support/databases.ts'
import { type GrownLedger, grownLedger, ledgerSignerOf } from '../support/grown-ledger.ts'
import { makeWorld, type World } from '../support/world.ts'

const seed = Number(process.env['POUCH_TEST_SEED'] ?? 20_261_123)
const rounds = 60

eachDatabase('a witness asked at random', (databases) => {
  test(`cosigns one history of each ledger (seed ${seed})`, async () => {
    const parties = ['EST', 'BEL', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    const world = await makeWorld({ parties, database: () => databases.fresh() })
    // The embedded database is one process's.
    const replicas = databases.kind === 'postgresql' ? 2 : 1
    const dice = chance(seed, databases.kind)
    const histories = ['EST', 'BEL'].map((party) => history(world, party))
    let open = await start(world, replicas)
    try {
      for (const history of histories) await begin(history, open.witnesses)
      for (let round = 0; round < rounds; round++) {
        const history = dice.oneOf(histories as [History, History])
        await askAtOnce(history, open.witnesses, dice)
        if (dice.happens(0.1)) await resumeAll(open.composed)
        if (dice.happens(0.07)) {
          for (const each of open.composed) await each.close()
          open = await start(world, replicas)
        }
      }
    } finally {
      await world.end()
    }
    for (const { cosigned, name } of histories) {
      const sizes = [...cosigned.keys()]
      console.info(`${sizes.length} sizes of ${name} cosigned, up to ${Math.max(...sizes)}`)
      expect(sizes.length).toBeGreaterThan(8)
    }
  })
})

interface History {
  readonly name: string
  /** The ledger, and others that it signs as well. */
  readonly branches: GrownLedger[]
  /** Size to root, in hexadecimal: every one that was ever cosigned. */
  readonly cosigned: Map<number, string>
  held: number
}

function history(world: World, name: string): History {
  const ledger = grownLedger(ledgerSignerOf(world, name), () => world.clock.now, 4)
  return { name, branches: [ledger, ledger.fork(2)], cosigned: new Map(), held: 0 }
}

async function start(world: World, replicas: number) {
  const composed: Composed[] = []
  for (let i = 0; i < replicas; i++) composed.push(await world.compose('NLD'))
  return { composed, witnesses: composed.map(({ gateway }) => createWitness(gateway)) }
}

/** The first that is seen of a ledger is believed; so it is of the branch that then grows most. */
async function begin(history: History, [witness]: readonly Witness[]): Promise<void> {
  const request = history.branches[0]?.request(0) ?? nobody()
  expect(await witness?.(utf8(request))).toHaveProperty('lines')
  note(history, request)
}

/** Several requests of one ledger: growth, the same again, forks, and old sizes that are not. */
async function askAtOnce(history: History, witnesses: readonly Witness[], dice: Chance): Promise<void> {
  const requests = Array.from({ length: 1 + dice.whole(6) }, () => requestOf(history, dice))
  const answers = requests.map(async (request) => {
    const witness = witnesses[dice.whole(witnesses.length)] ?? nobody()
    const said = await witness(utf8(request)).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'bad-proof' })
      return undefined
    })
    if (said !== undefined && 'lines' in said) note(history, request)
    else if (said !== undefined) history.held = Math.max(history.held, said.held)
  })
  await Promise.all(answers)
}

function requestOf(history: History, dice: Chance): string {
  const { branches, held } = history
  const place = dice.happens(0.8) ? 0 : dice.whole(branches.length)
  const branch = branches[place] ?? nobody()
  const grown = branch.hashes.length < held + 4 || dice.happens(0.5) ? branch.grow(1 + dice.whole(9)) : branch
  branches[place] = grown
  if (dice.happens(0.1)) branches.push(grown.fork(dice.whole(Math.max(held, 1)), held + dice.whole(3)))
  const { length } = grown.hashes
  const old = Math.min(dice.happens(0.8) ? held : dice.whole(length), length)
  return grown.request(old, old + dice.whole(length - old + 1))
}

/** All that was cosigned must lie on one history: a branch that has each size's root. */
function note({ cosigned, branches, ...history }: History, request: string): void {
  const { size, root } = parseCheckpoint(utf8(parseAddCheckpoint(utf8(request)).checkpoint))
  const before = cosigned.get(size)
  if (before !== undefined) expect(toHex(root), `${history.name} at ${size}`).toBe(before)
  cosigned.set(size, toHex(root))
  const whole = branches.some((branch) =>
    [...cosigned].every(([at, hex]) => at <= branch.hashes.length && toHex(branch.root(at)) === hex),
  )
  expect(whole, `${history.name} at ${size}: another history`).toBe(true)
}

async function resumeAll([first]: readonly Composed[]): Promise<void> {
  if (first === undefined) return
  const open = (await readConflicts(first.gateway.database)).filter(({ resumed_at }) => resumed_at === null)
  for (const { digest, held, other } of open) {
    const [one, two] = [parseCheckpoint(utf8(held)), parseCheckpoint(utf8(other))]
    expect([one.size, equal(one.root, two.root)]).toEqual([two.size, false])
    await resumeWitnessing(first.gateway, digest)
  }
}

function nobody(): never {
  throw new RangeError('there is always one')
}
