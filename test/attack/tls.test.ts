/** Attacks on TLS between gateways, all of whose settings come as the operator gives them; and certificates that are renewed. */
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { createServer, request, type RequestOptions } from 'node:https'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { connectToPeers } from '../../src/exchange/peer/peer-connections.ts'
import { testPeer } from '../../src/exchange/peer/peer-test.ts'
import { type GatewayProcess, listen } from '../../src/gateway-process.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { readTls, type TlsSettings } from '../../src/tls-files.ts'
import { type HeldTls, holdTls } from '../../src/tls-watch.ts'
import { exchanges } from '../support/attacked.ts'
import { certificates, hasOpenssl } from '../support/certificates.ts'
import { pouch } from '../support/command-line.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld, type World } from '../support/world.ts'

const host = '127.0.0.1'

eachDatabase('TLS under attack', ({ kind, fresh }) => {
  describe.runIf(kind === 'embedded' && hasOpenssl)('between gateways', () => {
    const { folder, file, read, authority, issue } = certificates()
    let world: World
    let est: GatewayProcess
    let nld: GatewayProcess
    const held = new Map<string, HeldTls>()

    const settingsOf = (name: string): TlsSettings => ({
      ...{ dataFolder: folder, agencyExposure: 'mutual-tls' },
      ...{ tlsCertificate: `${name}.pem`, tlsKey: `${name}.key` },
      ...{ tlsClientCa: 'ca.pem', tlsAgencyCa: 'agency-ca.pem', tlsPeerCa: 'ca.pem' },
    })
    const start = async (id: string): Promise<GatewayProcess> => {
      const tls = holdTls(settingsOf(id))
      held.set(id, tls)
      const { agencyPort, exchangePort } = world.party(id)
      const composed = await world.compose(id, { peerTls: tls.current().peers })
      const exchangeUrl = `https://${host}:${exchangePort}`
      return listen(
        composed,
        { agencyHost: host, agencyPort, exchangeHost: host, exchangePort, exchangeUrl },
        tls,
      )
    }

    beforeAll(async () => {
      for (const name of ['ca', 'agency-ca', 'strange-ca']) authority(name)
      for (const name of ['EST', 'NLD', 'renewed']) issue(name, 'ca')
      issue('stranger', 'strange-ca')
      issue('agency', 'agency-ca')
      issue('expired', 'ca', -1)
      const parties = ['EST', 'NLD'].map((id) => ({ id, accreditation: 4 as const }))
      world = await makeWorld({
        parties,
        database: fresh,
        edit: (document) => ({
          ...document,
          parties: document.parties.map((party) => ({
            ...party,
            gateway: party.gateway.replace('http:', 'https:'),
          })),
        }),
      })
      est = await start('EST')
      nld = await start('NLD')
      processes.push(est, nld)
    })
    const processes: GatewayProcess[] = []
    afterAll(async () => {
      for (const process of processes) await process.stop()
      await world.end()
    })

    const shown = (name: string) => ({ key: read(`${name}.key`), cert: read(`${name}.pem`) })
    const ask = (options: RequestOptions): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const place = { host, path: '/v1/registry', agent: false, ca: read('ca.pem') }
        request({ ...place, port: world.party('NLD').exchangePort, ...options }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
          .on('error', reject)
          .end()
      })

    test('a client with a certificate of the right authority is let in', async () => {
      expect(await ask(shown('EST'))).toBe(200)
      await exchanges(est, 'NLD')
    })

    test.each([
      ['TLS 1.2', () => ({ ...shown('EST'), maxVersion: 'TLSv1.2' as const }), /protocol version/],
      ['no certificate', () => ({}), /CERTIFICATE_REQUIRED/],
      ['a certificate of another authority', () => shown('stranger'), /ECONNRESET|UNKNOWN_CA/],
      ['a certificate of the agency’s authority', () => shown('agency'), /ECONNRESET|UNKNOWN_CA/],
      ['a certificate that has expired', () => shown('expired'), /ECONNRESET|CERTIFICATE_EXPIRED/],
      [
        'a certificate of a gateway on the agency listener',
        () => ({ ...shown('EST'), port: world.party('NLD').agencyPort }),
        /ECONNRESET|UNKNOWN_CA/,
      ],
    ])('a client with %s is not', async (_, options, why) => {
      expect(await reasonOf(ask(options()))).toMatch(why)
    })

    test('plain HTTP gets no answer', async () => {
      const { exchangePort: port } = world.party('NLD')
      const asked = new Promise((resolve, reject) => {
        plainRequest({ host, port, path: '/v1/registry', agent: false }, resolve).on('error', reject).end()
      })
      await expect(asked).rejects.toThrow()
      await exchanges(est, 'NLD')
    })

    test.each([
      ['speaks TLS 1.2', () => ({ ...shown('NLD'), maxVersion: 'TLSv1.2' as const }), /protocol version/],
      ['shows a certificate of another authority', () => shown('stranger'), /UNABLE_TO|SELF_SIGNED/],
      ['shows a certificate that has expired', () => shown('expired'), /CERT_HAS_EXPIRED/],
    ])('a peer that %s is told nothing', async (_, options, why) => {
      let asked = 0
      const hostile = createServer(options(), (__, answer) => {
        asked++
        answer.end()
      })
      await new Promise<void>((resolve) => hostile.listen(0, host, resolve))
      const address = hostile.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      const peers = connectToPeers(readTls(settingsOf('EST')).peers)
      onTestFinished(() => {
        peers.close()
        hostile.close()
      })
      const answer = peers.ask(`https://${host}:${port}/`, { signal: AbortSignal.timeout(60_000) })
      expect(await reasonOf(answer)).toMatch(why)
      expect(asked).toBe(0)
    })

    test('the test of a peer tells its TLS, and that this gateway’s certificate is demanded and shown', async () => {
      const { good, findings } = await testPeer(est.gateway, 'NLD')
      expect(good).toBe(true)
      const { detail } = findings.find(({ check }) => check === 'tls') ?? {}
      expect(detail).toMatch(
        /^TLSv1\.3, certificate of NLD until [0-9-]{10}, it demands one of clients and is shown CN=EST until [0-9-]{10}$/,
      )
    })

    describe('the agency’s own systems', () => {
      const url = () => `https://${host}:${world.party('NLD').agencyPort}`
      const credential = async (): Promise<string> => {
        const wanted = [{ name: 'system', roles: ['read'] as const }]
        const [issued] = await issueCredentials(nld.gateway.database, wanted, world.clock.now)
        return issued?.token ?? ''
      }
      const flags = (name: string, key = name, ca = 'ca') => [
        ...['--tls-agency-certificate', file(`${name}.pem`), '--tls-agency-key', file(`${key}.key`)],
        ...['--tls-agency-server-ca', file(`${ca}.pem`)],
      ]
      const fetched = async (args: readonly string[], variables = {}) => {
        rmSync(file('fetched.cose'), { force: true })
        const command = ['registry', 'fetch', '--out', file('fetched.cose'), '--gateway', url(), '--json']
        return pouch([...command, ...args], { ...variables, POUCH_CREDENTIAL: await credential() })
      }

      test('show their certificate, by the library', async () => {
        const tls = { certificate: read('agency.pem'), key: read('agency.key'), authorities: read('ca.pem') }
        const client = new Client({ url: url(), credential: await credential(), tls })
        expect(await client.registry()).toEqual(world.registry)
        await expect(client.fetch('0'.repeat(32))).rejects.toMatchObject({ code: 'not-found' })
      })

      test('show it on the command line, by options and by settings', async () => {
        expect(await fetched(flags('agency'))).toMatchObject({ code: 0 })
        const variables = {
          POUCH_TLS_AGENCY_CERTIFICATE: file('agency.pem'),
          POUCH_TLS_AGENCY_KEY: file('agency.key'),
          POUCH_TLS_AGENCY_SERVER_CA: file('ca.pem'),
        }
        expect(await fetched([], variables)).toMatchObject({ code: 0 })
      })

      test.each([
        ['no certificate', () => flags('agency').slice(4), /CERTIFICATE_REQUIRED|ECONNRESET/],
        ['a certificate of another authority', () => flags('EST'), /UNKNOWN_CA|ECONNRESET/],
        ['another authority than the listener’s', () => flags('agency', 'agency', 'agency-ca'), /UNABLE_TO/],
        ['a key alone', () => flags('agency').slice(2), /tlsAgencyCertificate and tlsAgencyKey: should both/],
        ['the key of another', () => flags('agency', 'EST'), /tlsAgencyCertificate: .*for the key in/],
        [
          'a file that is not there',
          () => flags('nobody', 'agency'),
          /tlsAgencyCertificate: should be a file/,
        ],
      ])('are told in words: %s', async (_, args, words) => {
        const ended = await fetched(args())
        expect(ended.code).toBe(1)
        expect(ended.out).toMatch(words)
      })
    })

    test('files that are replaced are taken into use, and bad ones are not', async () => {
      const subject = async (): Promise<string | undefined> => {
        const { findings } = await testPeer(est.gateway, 'NLD')
        return /certificate of (\w+)/.exec(findings.find(({ check }) => check === 'tls')?.detail ?? '')?.[1]
      }
      copyFileSync(file('renewed.key'), file('NLD.key'))
      held.get('NLD')?.look()
      // The certificate is not there yet.
      expect(await subject()).toBe('NLD')
      copyFileSync(file('renewed.pem'), file('NLD.pem'))
      held.get('NLD')?.look()
      expect(await subject()).toBe('renewed')
      rmSync(file('EST.pem'))
      held.get('EST')?.look()
      await exchanges(est, 'NLD')
      copyFileSync(file('expired.pem'), file('EST.pem'))
      copyFileSync(file('expired.key'), file('EST.key'))
      held.get('EST')?.look()
      const { findings } = await testPeer(est.gateway, 'NLD')
      expect(findings[0]).toMatchObject({ check: 'connection', outcome: 'fail' })
      for (const ending of ['pem', 'key']) copyFileSync(file(`renewed.${ending}`), file(`EST.${ending}`))
      held.get('EST')?.look()
      await exchanges(est, 'NLD')
    })

    test.each([
      ['a key that others can read', { tlsKey: 'open.key' }, /^tlsKey: .*unsafe-permissions/],
      [
        'a key of another certificate',
        { tlsKey: 'stranger.key' },
        /^tlsCertificate: .*for the key in tlsKey/,
      ],
      ['a key alone', { tlsCertificate: undefined }, /^tlsCertificate and tlsKey: /],
      ['no authorities for the agency', { tlsAgencyCa: undefined }, /^tlsAgencyCa: /],
      ['authorities that are none', { tlsPeerCa: 'agency.key' }, /^tlsPeerCa: /],
      ['a file that is not there', { tlsClientCa: 'nowhere.pem' }, /^tlsClientCa: /],
    ])('%s is refused at start, by the name of the setting', (_, change, words) => {
      copyFileSync(file('agency.key'), file('open.key'))
      chmodSync(file('open.key'), 0o644)
      const { tlsCertificate, tlsAgencyCa, ...rest } = { ...settingsOf('agency'), ...change }
      const settings = {
        ...rest,
        ...(tlsCertificate && { tlsCertificate }),
        ...(tlsAgencyCa && { tlsAgencyCa }),
      }
      expect(() => readTls(settings)).toThrow(words)
    })
  })
})

async function reasonOf(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => 'answered',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : '',
  )
}
