/**
 * Several replicas, each in a process of its own, on one PostgreSQL: one order, no fork, no size with two roots, counters
 * without a gap, none that starves, and nothing that was acknowledged is lost when one is killed.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { eachDatabase } from '../support/databases.ts'
import { auditFromBytes, eventOf, openTestSequencer, pairNumbers } from '../support/sequenced.ts'
import type { Replica, Told } from '../support/sequencer-child.ts'

const child = path.resolve(import.meta.dirname, '../support/sequencer-child.ts')

eachDatabase('replicas', ({ kind, fresh, open }) => {
  test.runIf(kind === 'postgresql').each([
    { replicas: 2, killed: 0 },
    { replicas: 3, killed: 0 },
    { replicas: 3, killed: 1 },
  ])('$replicas on one database, $killed of them killed', async ({ replicas, killed }) => {
    const source = await fresh()
    if (source.kind === 'embedded') return
    const names = Array.from({ length: replicas }, (_, i) => `replica-${i}`)
    const running = await Promise.all(
      names.map((name) => startReplica({ name, url: source.url, inFlight: 8, milliseconds: 3000 })),
    )
    for (const { process } of running) process.send('go')
    for (const { process } of running.slice(0, killed)) {
      await heardOf(running, 40)
      process.kill('SIGKILL')
    }
    await Promise.all(running.map(({ ended }) => ended))
    const told = running.map((replica) => replica.told)

    const database = await open(source)
    const sequencer = await openTestSequencer(database)
    const keys = await auditFromBytes(database, [])
    expect(new Set(keys).size).toBe(keys.length)
    for (const [key, index, size, , leaf] of told.flat()) {
      expect([keys[index], size > index]).toEqual([key, true])
      if (index % 20 > 0) continue
      expect(Buffer.from((await sequencer.find(key))?.leaf ?? []).toString('base64')).toBe(leaf)
    }
    const roots = new Map(told.flat().map(([, , size, root]) => [size, root]))
    for (const [, , size, root] of told.flat()) expect(roots.get(size)).toBe(root)
    const counted = (await pairNumbers(database))['EST NLD'] ?? []
    expect(counted).toEqual(counted.map((_, i) => i + 1))
    const shares = told.slice(killed).map(({ length }) => length)
    console.info(
      `${replicas} replicas, ${killed} killed: ${keys.length} entries, told ${shares.join(' and ')}`,
    )
    // None starves: with equal callers the least is not far behind the most.
    expect(Math.min(...shares)).toBeGreaterThan(Math.max(...shares) / 5)
  })
})

eachDatabase('a replica that is stopped', ({ kind, fresh, open }) => {
  test.runIf(kind === 'postgresql')('while it holds the head loses it to another', async () => {
    const source = await fresh()
    const stopped = await openTestSequencer(await open(source))
    const other = await openTestSequencer(await open(source))
    const holds = Promise.withResolvers<undefined>()
    const goesOn = Promise.withResolvers<undefined>()
    const writer = async (): Promise<void> => {
      holds.resolve(undefined)
      await goesOn.promise
    }
    const first = stopped.push(eventOf('first', [{ writer, row: {} }]))
    await holds.promise
    expect(await other.push(eventOf('second'))).toMatchObject({ index: 1 })
    goesOn.resolve(undefined)
    expect(await first).toMatchObject({ index: 2, repeated: false })
  })
})

interface Running {
  readonly process: ChildProcess
  readonly told: Told[]
  readonly ended: Promise<unknown>
}

async function startReplica(replica: Replica): Promise<Running> {
  const started = fork(child, { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => {
    if (started.exitCode === null) started.kill('SIGKILL')
  })
  const told: Told[] = []
  const ended = once(started, 'exit')
  started.stdin?.end(JSON.stringify(replica))
  await once(started, 'message')
  started.on('message', (message) => told.push(message as Told))
  return { process: started, told, ended }
}

async function heardOf(running: readonly Running[], answers: number): Promise<void> {
  while (running.some(({ told }) => told.length < answers))
    await new Promise((resolve) => setTimeout(resolve, 20))
}
