/** The inbox as a stream of events: every item once and in order, over as many connections as it takes, and no longer than it may. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseLabel } from '../../protocol/label.ts'
import { acknowledge } from '../../src/exchange/acknowledge.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { issueCredentials, revokeCredentials } from '../../src/http/credentials.ts'
import { inboxEvents } from '../../src/http/inbox-events.ts'
import { eachDatabase } from '../support/databases.ts'
import { type Events, openEvents, type ServerEvent } from '../support/events.ts'
import { eventually } from '../support/eventually.ts'
import { parseExposition } from '../support/exposition.ts'
import { requestTo } from '../support/request.ts'
import { limits, makeWorld, originOf, type World } from '../support/world.ts'

eachDatabase('a stream of the inbox', ({ fresh }) => {
  let world: World
  let est: GatewayProcess
  let credential: { readonly id: string; readonly token: string } | undefined
  const open: Events[] = []

  beforeAll(async () => {
    const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
    world = await makeWorld({ parties, database: fresh })
    est = await world.start('EST', { limits: { ...limits, longPollSeconds: 0.2 } })
    ;[credential] = await issueCredentials(
      est.gateway.database,
      [{ name: 'reader', roles: ['read'] }],
      world.clock.now,
    )
  })
  afterAll(async () => {
    for (const each of open) each.leave()
    await world.end()
  })

  const inbox = () => `${originOf(est.agency.port)}/v1/inbox`
  const bearer = () => ({ authorization: `Bearer ${credential?.token ?? ''}` })
  const follow = async (after?: string, headers: Readonly<Record<string, string>> = {}): Promise<Events> => {
    const stream = await openEvents(`${inbox()}${after ?? ''}`, { ...bearer(), ...headers })
    open.push(stream)
    return stream
  }
  /** To itself, which is as good an inbox as any. */
  const sent = async (): Promise<string> => {
    const label = parseLabel('NATO RESTRICTED//REL TO EST, NLD', world.clock.now - 60)
    return (await packageAndSubmit(est.gateway, requestTo(['EST'], world.clock.now, { label }))).id
  }
  const taken = async (stream: Events, count: number) => {
    const events: ServerEvent[] = []
    while (events.length < count) events.push((await stream.item()) ?? {})
    return events
  }
  const idOf = (event: unknown) => (event as { readonly data: { readonly id: string } } | undefined)?.data.id

  test('gives what is there, then what comes, each as the page has it, and says meanwhile that it lives', async () => {
    const before = [await sent(), await sent()]
    const stream = await follow()
    expect(stream.mediaType).toBe('text/event-stream')
    expect((await taken(stream, 2)).map(idOf)).toEqual(before)
    expect(await stream.next()).toEqual({ comment: 'nothing new' })
    const coming = stream.item()
    const last = await sent()
    const event = await coming
    expect(idOf(event)).toBe(last)
    const { items } = (await (await fetch(inbox(), { headers: bearer() })).json()) as {
      items: readonly { cursor: number }[]
    }
    expect(items.at(-1)).toEqual(event?.data)
    expect(String(items.at(-1)?.cursor)).toBe(event?.id)
  })

  test('goes on after the last event that was seen, whatever it was first asked for', async () => {
    const first = await follow()
    const [, second, third] = await taken(first, 3)
    first.leave()
    const resumed = await follow('?after=0', { 'last-event-id': second?.id ?? '' })
    expect(await resumed.item()).toEqual(third)
    const after = await follow(`?after=${second?.id ?? ''}`)
    expect(await after.item()).toEqual(third)
  })

  test('is refused like a page: without a credential, and after an id that is none', async () => {
    const refused = async (headers: Readonly<Record<string, string>>) => {
      const answer = await openEvents(inbox(), headers)
      answer.leave()
      return answer.status
    }
    expect(await refused({})).toBe(401)
    expect(await refused({ ...bearer(), 'last-event-id': 'x' })).toBe(400)
  })

  test('looks nothing up before the reader has taken what went before', async () => {
    const { gateway } = est
    const id = await sent()
    const signal = new AbortController().signal
    const admitAgain = () => Promise.resolve()
    const { body } = inboxEvents(gateway, 0, { signal, admitAgain, requestId: crypto.randomUUID() })
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await acknowledge(gateway, id, 'consigned')
    const text = new TextDecoder().decode((await reader.read()).value)
    const written = text.split('\n\n').find((block) => block.includes(id))
    expect(written).toContain('"state":"consigned"')
    await reader.cancel()
  })

  test('ends in the gateway too when its reader goes away', async () => {
    const gone = await follow()
    await gone.item()
    const streams = async () => parseExposition(await est.gateway.metrics.page()).value('pouch_inbox_streams')
    expect(await streams()).toBeGreaterThan(0)
    for (const each of open.splice(0)) each.leave()
    await eventually('no stream to be open', async () => ((await streams()) === 0 ? true : undefined))
  })

  test('ends with the credential, before another item goes out', async () => {
    const stream = await follow()
    await stream.item()
    await revokeCredentials(est.gateway.database, [credential?.id ?? ''], world.clock.now)
    await sent()
    const rest: unknown[] = []
    for (let event = await stream.item(); event !== undefined; event = await stream.item()) rest.push(event)
    expect(rest).toHaveLength(3)
    expect((await follow()).status).toBe(401)
  })

  test('ends at once when the listener stops', async () => {
    const [again] = await issueCredentials(
      est.gateway.database,
      [{ name: 'reader', roles: ['read'] }],
      world.clock.now,
    )
    const stream = await openEvents(inbox(), { authorization: `Bearer ${again?.token ?? ''}` })
    await taken(stream, 5)
    await est.stop()
    // Cut off after the grace it would end with an error.
    expect(await stream.item()).toBeUndefined()
  })
})
