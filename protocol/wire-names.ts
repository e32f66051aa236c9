/** Answers for what the labels on the wire are called when a person reads them: a tree of names for each object. */
import type { Names } from './diagnostic.ts'
import type { Kind } from './kind.ts'
import { algorithms, claims, headers, keyParameters } from './numbers.ts'

type Labels = Readonly<Record<string, Names>>

/** `{ 1: 'alg' }` from `{ alg: 1 }`. */
function byNumber(table: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([name, number]) => [String(number), name]))
}

function labels(
  table: Readonly<Record<string, number>>,
  inner: Readonly<Record<string, Names>> = {},
): Labels {
  return Object.fromEntries(
    Object.entries(byNumber(table)).map(([number, name]) => [number, { name, ...inner[name] }]),
  )
}

/** Names by position in a CBOR map whose labels count from 1. */
function numbered(...names: readonly (string | Names)[]): Names {
  const entries = names.map((name, i) => [String(i + 1), typeof name === 'string' ? { name } : name] as const)
  return { labels: Object.fromEntries(entries) }
}

const algorithmNames: Names = { values: byNumber(algorithms) }
const coseKeyNames: Names = {
  labels: labels({ kty: keyParameters.kty, alg: keyParameters.alg, crv: -1, x: -2 }, { alg: algorithmNames }),
}

const labelNames: Names = {
  ...numbered(
    'policy',
    'marking',
    'at',
    'compartments',
    'releasability',
    'caveats',
    'originator',
    'reference',
    'retain until',
  ),
}

const clearanceNames: Names = {
  ...numbered(
    'scheme',
    'level',
    'categories',
    'check',
    'granted',
    'valid until',
    'review due',
    'conditions',
    'caveats',
    'legal basis',
  ),
}

const claimNames: Names = { labels: labels(claims, { clearance: clearanceNames }) }

const headerNames: Names = {
  labels: labels(headers, {
    alg: algorithmNames,
    cwtClaims: claimNames,
    label: labelNames,
    recipients: { each: numbered('party', 'kid') },
    justification: numbered('need to know', 'legal basis', {
      name: 'reader',
      ...numbered('clearance', 'nationalities'),
    }),
  }),
}

const signatures: Names = {
  name: 'signatures',
  each: { items: [{ name: 'protected', ...headerNames }, { name: 'unprotected' }, { name: 'signature' }] },
}

function signed(payload: Names): Names {
  const unprotected: Names = {
    name: 'unprotected',
    labels: {
      [headers.sdClaims]: {
        name: 'disclosures',
        each: { items: [{ name: 'salt' }, { name: 'value' }, { name: 'claim' }] },
      },
    },
  }
  return { items: [{ name: 'protected', ...headerNames }, unprotected, payload, signatures] }
}

const sealed: Names = {
  name: 'sealed: COSE_Encrypt',
  items: [
    { name: 'protected', ...headerNames },
    { name: 'unprotected', ...headerNames },
    { name: 'ciphertext' },
    {
      name: 'recipients',
      each: {
        items: [
          { name: 'protected', ...headerNames },
          { name: 'unprotected', ...headerNames },
          { name: 'wrapped key' },
        ],
      },
    },
  ],
}

const partyNames = numbered('id', 'name', 'gateway', 'ledger', 'accreditation', 'compartments', {
  name: 'keys',
  each: numbered('use', { name: 'key', ...coseKeyNames }, 'from', 'until', 'revoked'),
})

const registryNames: Names = {
  name: 'registry',
  ...numbered(
    'version',
    'previous',
    'issued',
    'expires',
    {
      name: 'roots',
      ...numbered('threshold', { name: 'signers', each: numbered('name', 'Ed25519 key', 'ML-DSA-65 key') }),
    },
    { name: 'parties', each: partyNames },
    { name: 'groups', each: numbered('id', { name: 'members', each: numbered('party', 'from', 'until') }) },
    { name: 'schemes', each: numbered('issuer', 'markings', 'caveats') },
    {
      name: 'agreements',
      each: numbered(
        'id',
        'title',
        'first',
        'second',
        'direction',
        'ceilings',
        'purposes',
        'from',
        'until',
        'timeline',
        'table',
        'articles',
        'legal bases',
        'need to know',
        'retention',
        'nationals',
        'onward',
        { name: 'aggregation', each: numbered('category', 'period', 'count', 'level') },
      ),
    },
    { name: 'witnessing', ...numbered('witnesses', 'quorums', 'limit') },
    { name: 'modules', each: numbered('party', 'policies') },
    {
      name: 'agreement signatures',
      each: numbered('agreement', signatures),
    },
    {
      name: 'key consents',
      each: numbered(
        {
          name: 'statement',
          ...numbered('party', 'at', 'held', { name: 'keys', each: numbered('use', 'id', 'from') }),
        },
        signatures,
      ),
    },
  ),
}

const acknowledgementNames: Names = {
  name: 'acknowledgement',
  ...numbered('recipient', 'sender', 'envelope', 'digest', 'outcome', 'code', 'at'),
}

const noticeNames: Names = {
  name: 'notice',
  ...numbered('agreement', 'by', 'kind', 'sequence', 'previous', 'at', 'reason'),
}

const withdrawalNames: Names = {
  name: 'withdrawal',
  ...numbered('issuer', 'attestation', 'kind', 'sequence', 'at', 'reason', 'replacement'),
}

const statusListNames: Names = {
  name: 'status list',
  labels: {
    ...labels({ uri: claims.sub, expires: claims.exp, issued: claims.iat }),
    65533: { name: 'list' },
    65534: { name: 'ttl' },
  },
}

/** What is known of the parts of an object of this kind; nothing of other CBOR. */
export function namesOfKind(kind: Kind | 'cbor'): Names {
  switch (kind) {
    case 'envelope':
      return { name: 'envelope: COSE_Sign', ...signed(sealed) }
    case 'attestation':
      return { name: 'attestation: COSE_Sign', ...signed({ name: 'claims', ...claimNames }) }
    case 'acknowledgement':
      return { name: 'acknowledgement: COSE_Sign', ...signed(acknowledgementNames) }
    case 'registry':
      return { name: 'registry: COSE_Sign', ...signed(registryNames) }
    case 'suspension':
      return { name: 'suspension: COSE_Sign', ...signed(noticeNames) }
    case 'withdrawal':
      return { name: 'withdrawal: COSE_Sign', ...signed(withdrawalNames) }
    case 'status-list':
      return { name: 'status list: COSE_Sign', ...signed(statusListNames) }
    case 'receipt':
    case 'consistency':
    case 'disclosure':
    case 'evidence':
      return { name: kind, each: headerNames }
    case 'checkpoint':
    case 'tlog-proof':
    case 'cbor':
      return {}
  }
}
