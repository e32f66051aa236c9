/** Answers for an agency's side of its gateway over HTTP: every route of the agency listener as one typed function. */
import type { z } from 'zod'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { jsonType } from '../http/answer.ts'
import { agreementsForm, type AgreementsView, noticeRequestForm } from '../http/forms/agreement.ts'
import { historyForm, type HistoryLineView, historyQueryForm } from '../http/forms/history.ts'
import {
  contentForm,
  type ContentView,
  inboxForm,
  type InboxItemView,
  type InboxView,
  statusForm,
  type StatusView,
} from '../http/forms/inbox.ts'
import { peerTestForm } from '../http/forms/peer-test.ts'
import { shreddedForm, shreddingForm } from '../http/forms/shredding.ts'
import { adoptedForm, registryConflictsForm, type RegistryConflictsView } from '../http/forms/registry.ts'
import { timeStampsForm } from '../http/forms/time-stamps.ts'
import {
  acknowledgedForm,
  acknowledgementRequestForm,
  noticeForm,
  packageForm,
  submissionForm,
  type SubmissionView,
} from '../http/forms/submission.ts'
import {
  withdrawalRequestForm,
  withdrawalsForm,
  type WithdrawalsView,
  withdrawnForm,
} from '../http/forms/withdrawal.ts'
import { attempting, type Patience } from './attempts.ts'
import { problemOf } from './problem-error.ts'
import { cosePost, jsonPost, type Sending } from './sending.ts'
import { written } from './written.ts'
import { type ClientTls, type Sender, senderWith } from './sender.ts'

export interface ClientOptions {
  /** Of the agency listener. */
  readonly url: string
  readonly credential: string
  readonly patience?: Partial<Patience>
  /** For one attempt, waiting for the inbox not counted. */
  readonly timeoutMilliseconds?: number
  /** For an agency listener that demands a certificate. */
  readonly tls?: ClientTls
}

export interface InboxOptions {
  /** Cursor of the last item seen; 0 is before everything. */
  readonly after?: number
  /** At the end of the inbox: stop, or wait for more until the signal ends it. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
}

export type PackageInput = z.output<typeof packageForm>
export type WithdrawalInput = z.output<typeof withdrawalRequestForm>
export type AcknowledgementInput = z.output<typeof acknowledgementRequestForm>
export type HistoryInput = Omit<z.output<typeof historyQueryForm>, 'before' | 'limit'>
export type PeerTestView = z.output<typeof peerTestForm>
export type Acknowledged = z.output<typeof acknowledgedForm>

const usualPatience: Patience = { attempts: 5, firstPauseMilliseconds: 200, longestPauseMilliseconds: 10_000 }
const longPollSeconds = 25

/** Refusals are thrown as `ProblemError`; a gateway that cannot be reached, as what `fetch` throws. */
export class Client {
  readonly #credential: string
  readonly #url: string
  readonly #patience: Patience
  readonly #timeoutMilliseconds: number
  readonly #sender: Sender

  constructor({ url, credential, patience, timeoutMilliseconds = 30_000, tls }: ClientOptions) {
    this.#credential = credential
    this.#url = new URL(url).origin
    this.#patience = { ...usualPatience, ...patience }
    this.#timeoutMilliseconds = timeoutMilliseconds
    this.#sender = senderWith(tls)
  }

  /** One key for all attempts, so that a lost answer does not send twice. Give your own to be safe across restarts of yours. */
  async package(
    request: PackageInput,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<SubmissionView> {
    const headers = { 'content-type': jsonType, 'idempotency-key': idempotencyKey }
    const body = JSON.stringify(written(packageForm, request))
    return this.#json(submissionForm, { method: 'POST', path: '/v1/packages', headers, body })
  }

  async submit(envelope: Uint8Array): Promise<SubmissionView> {
    return this.#json(submissionForm, cosePost('/v1/envelopes', envelope))
  }

  /** The items one by one, oldest first. An abort ends it without an error. */
  async *inbox({
    after = 0,
    follow = false,
    signal,
  }: InboxOptions = {}): AsyncGenerator<InboxItemView, void> {
    let cursor = after
    for (;;) {
      const page = await this.#page(cursor, follow ? longPollSeconds : 0, signal)
      yield* page.items
      if (signal?.aborted === true || (page.items.length === 0 && !follow)) return
      cursor = page.next
    }
  }

  async #page(after: number, wait: number, signal: AbortSignal | undefined): Promise<InboxView> {
    const path = `/v1/inbox?after=${after}&wait=${wait}`
    const ending = signal === undefined ? {} : { signal }
    try {
      return await this.#json(inboxForm, { method: 'GET', path, extraMilliseconds: 1000 * wait, ...ending })
    } catch (error) {
      if (signal?.aborted === true) return { items: [], next: after }
      throw error
    }
  }

  /** The envelope as it was received. */
  async fetch(id: string): Promise<Uint8Array> {
    return this.#bytes(`/v1/envelopes/${id}`)
  }

  /** What it holds, opened by the gateway. */
  async content(id: string): Promise<ContentView> {
    return this.#json(contentForm, { method: 'GET', path: `/v1/envelopes/${id}/content` })
  }

  async status(id: string): Promise<StatusView> {
    return this.#json(statusForm, { method: 'GET', path: `/v1/envelopes/${id}/status` })
  }

  /** Transfers one by one, the newest first, until the ledger's beginning; for officers and auditors. */
  async *history(wanted: HistoryInput = {}): AsyncGenerator<HistoryLineView, void> {
    let before: number | undefined
    do {
      const query = written(historyQueryForm, {
        limit: 100,
        ...wanted,
        ...(before !== undefined && { before }),
      })
      const parameters = Object.entries(query).map(([name, value]) => [name, String(value)])
      const path = `/v1/history?${new URLSearchParams(Object.fromEntries(parameters) as Record<string, string>).toString()}`
      const page = await this.#json(historyForm, { method: 'GET', path })
      yield* page.lines
      before = page.next
    } while (before !== undefined)
  }

  /** Has the gateway test another party's, by the party's id or the gateway's address; for officers and auditors. */
  async testPeer(peer: string): Promise<PeerTestView> {
    const path = `/v1/peer-test?${new URLSearchParams({ peer }).toString()}`
    return this.#json(peerTestForm, { method: 'GET', path, extraMilliseconds: 60_000 })
  }

  /** Signed by the gateway. */
  async acknowledge(id: string, acknowledgement: AcknowledgementInput): Promise<Acknowledged> {
    const path = `/v1/envelopes/${id}/acknowledgement`
    return this.#json(acknowledgedForm, jsonPost(path, written(acknowledgementRequestForm, acknowledgement)))
  }

  /** Signed by the party already. */
  async bringAcknowledgement(id: string, acknowledgement: Uint8Array): Promise<Acknowledged> {
    return this.#json(acknowledgedForm, cosePost(`/v1/envelopes/${id}/acknowledgement`, acknowledgement))
  }

  /** One file that proves the transfer offline. */
  async evidence(id: string): Promise<Uint8Array> {
    return this.#bytes(`/v1/envelopes/${id}/evidence`)
  }

  /** The signed document in force, or an earlier version. */
  async registry(version?: number): Promise<Uint8Array> {
    return this.#bytes(version === undefined ? '/v1/registry' : `/v1/registry/${version}`)
  }

  /** A file of the ledger by its C2SP path: `checkpoint`, `tile/0/000`, `tile/entries/000.p/17`. */
  async ledgerFile(path: string): Promise<Uint8Array> {
    return this.#bytes(`/ledger/${path}`)
  }

  /** What the first entry of the ledger chains to; for auditors. */
  async ledgerDescriptor(): Promise<Uint8Array> {
    return this.#bytes('/v1/ledger/descriptor')
  }

  /** The records of the entries from 256 × `bundle` on; for auditors. */
  async ledgerRecords(bundle: number): Promise<Uint8Array> {
    return this.#bytes(`/v1/ledger/records/${bundle}`)
  }

  /** The signatures of the roots of the sizes from 256 × `bundle` + 1 on; for auditors. */
  async ledgerCheckpoints(bundle: number): Promise<Uint8Array> {
    return this.#bytes(`/v1/ledger/checkpoints/${bundle}`)
  }

  /** Time stamps of checkpoints from this size on, a hundred at once; for auditors. */
  async timeStamps(from: number): Promise<z.output<typeof timeStampsForm>> {
    return this.#json(timeStampsForm, { method: 'GET', path: `/v1/ledger/timestamps?from=${from}` })
  }

  /** Deletes records of finished transfers, of one page of the ledger; for officers. */
  async shred(wanted: z.output<typeof shreddingForm>): Promise<z.output<typeof shreddedForm>> {
    return this.#json(shreddedForm, jsonPost('/v1/ledger/shred', written(shreddingForm, wanted)))
  }

  /** Offers a signed registry, and gives the version then in force. */
  async adoptRegistry(document: Uint8Array): Promise<z.output<typeof adoptedForm>> {
    return this.#json(adoptedForm, { ...cosePost('/v1/registry', document), method: 'PUT' })
  }

  /** Versions of which the roots signed another document too; for officers and auditors. */
  async registryConflicts(): Promise<RegistryConflictsView> {
    return this.#json(registryConflictsForm, { method: 'GET', path: '/v1/registry-conflicts' })
  }

  /** The other document, by the digest that is listed. */
  async conflictingRegistry(other: Uint8Array): Promise<Uint8Array> {
    return this.#bytes(`/v1/registry-conflicts/${toHex(other)}`)
  }

  /** Those of the registry in force, with who has suspended them. */
  async agreements(): Promise<AgreementsView> {
    return this.#json(agreementsForm, { method: 'GET', path: '/v1/agreements' })
  }

  /** Suspends an agreement of this party, or resumes it, signed by the gateway; for officers. */
  async giveNotice(wanted: z.output<typeof noticeRequestForm>): Promise<z.output<typeof noticeForm>> {
    return this.#json(noticeForm, jsonPost('/v1/notices', written(noticeRequestForm, wanted)))
  }

  /** A suspension notice by the digest that its entry names. */
  async notice(digest: Uint8Array): Promise<Uint8Array> {
    return this.#bytes(`/v1/notices/${toHex(digest)}`)
  }

  /** States what has become of attestations of this party, and tells all who received them; for officers. */
  async withdraw(wanted: WithdrawalInput): Promise<z.output<typeof withdrawnForm>> {
    return this.#json(withdrawnForm, jsonPost('/v1/withdrawals', written(withdrawalRequestForm, wanted)))
  }

  /** What was withdrawn, the latest first, and who has yet to acknowledge. */
  async withdrawals(): Promise<WithdrawalsView> {
    return this.#json(withdrawalsForm, { method: 'GET', path: '/v1/withdrawals' })
  }

  async #json<T extends z.ZodType>(form: T, sending: Sending): Promise<z.output<T>> {
    const response = await attempting(() => this.#send(sending), this.#patience, sending.signal)
    if (!response.ok) throw await problemOf(response)
    return form.parse(await response.json())
  }

  async #bytes(path: string): Promise<Uint8Array> {
    const response = await attempting(() => this.#send({ method: 'GET', path }), this.#patience)
    if (!response.ok) throw await problemOf(response)
    return new Uint8Array(await response.arrayBuffer())
  }

  async #send({ method, path, headers, body, signal, extraMilliseconds = 0 }: Sending): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#timeoutMilliseconds + extraMilliseconds)
    return this.#sender(this.#url + path, {
      method,
      headers: { ...headers, authorization: `Bearer ${this.#credential}` },
      ...(body !== undefined && { body: typeof body === 'string' ? utf8(body) : body }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
  }
}
