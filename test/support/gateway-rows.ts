/** Answers for what checks 4 to 7 of an envelope refuse: each row wrong in one place, and signed rightly. */
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { encode } from '../../protocol/cbor.ts'
import { headers } from '../../protocol/numbers.ts'
import { flipped } from './bytes.ts'
import { altered, forge, signatureHeader } from './forge.ts'
import { claims, listed, rows, signature, signers } from './forgeries.ts'
import {
  day,
  directoryWhere,
  directoryWith,
  est,
  nld,
  nos,
  now,
  openingOf,
  pairOf,
  seedOf,
} from './parties.ts'
import type { Row } from './reports.ts'

const honest = forge()
const stranger = pairOf('stranger')
const [ed25519, mlDsa65] = est.signing
const mlDsa44 = new HeldSigningKey('ml-dsa-44', seedOf('EST ML-DSA-44'))

export const gatewayRows: readonly Row[] = [
  ...rows('issuer', [
    {
      name: 'an unknown party',
      code: 'unknown-party',
      bytes: forge(claims((fields) => fields.set(1, 'XYZ'))),
    },
    {
      name: 'unknown keys',
      code: 'unknown-key',
      bytes: forge({ ...signers(stranger[0].id, stranger[1].id), signers: stranger }),
    },
    {
      name: 'one unknown key',
      code: 'unknown-key',
      bytes: forge({ ...signers(ed25519.id, stranger[1].id), signers: [ed25519, stranger[1]] }),
    },
    {
      name: 'keys of another party',
      code: 'unknown-key',
      bytes: forge({ ...signers(nld.signing[0].id, nld.signing[1].id), signers: nld.signing }),
    },
    {
      name: 'an opening key as signer',
      code: 'unknown-key',
      bytes: forge(signers(est.opening.id, mlDsa65.id)),
    },
    ...est.signing.flatMap((key): readonly Omit<Row, 'check'>[] => [
      {
        name: `${key.algorithm} revoked before it was made`,
        code: 'revoked-key',
        bytes: honest,
        directory: directoryWhere('EST', key.id, { revoked: now - day }),
      },
      {
        name: `${key.algorithm} revoked after it was made`,
        code: 'revoked-key',
        bytes: honest,
        directory: directoryWhere('EST', key.id, { revoked: now - 1 }),
      },
      {
        name: `${key.algorithm} retired before it was made`,
        code: 'unknown-key',
        bytes: honest,
        directory: directoryWhere('EST', key.id, { until: now - day }),
      },
      {
        name: `${key.algorithm} not live yet`,
        code: 'unknown-key',
        bytes: honest,
        directory: directoryWhere('EST', key.id, { from: now - 1 }),
      },
    ]),
  ]),
  ...rows('validity', [
    { name: 'expired', code: 'expired', bytes: honest, now: now + day },
    { name: 'six minutes of the future', code: 'not-yet-valid', bytes: honest, now: now - 60 - 360 },
    {
      name: 'an empty validity',
      code: 'bad-validity',
      bytes: forge(claims((fields) => fields.set(4, now - 60))),
    },
    {
      name: 'an end before its beginning',
      code: 'bad-validity',
      bytes: forge(claims((fields) => fields.set(4, now - 61))),
    },
    {
      name: 'a week and a second',
      code: 'bad-validity',
      bytes: forge(claims((fields) => fields.set(4, now - 60 + 7 * day + 1))),
    },
  ]),
  ...rows('signatures', [
    ...([0, 1] as const).flatMap((which): readonly Omit<Row, 'check'>[] => [
      {
        name: `signature ${which + 1} damaged`,
        code: 'bad-signature',
        bytes: signature(which, ([head = 0, none = 0, made]) => [
          head,
          none,
          flipped(made as Uint8Array, 100),
        ]),
      },
      {
        name: `signature ${which + 1} missing`,
        code: 'missing-signature',
        bytes: forge({ signatures: (all) => all.filter((_, i) => i !== which) }),
      },
      {
        name: `signature ${which + 1} twice`,
        code: 'missing-signature',
        bytes: forge({ signatures: (all) => [all[which] ?? 0, all[which] ?? 0] }),
      },
      {
        name: `signature ${which + 1} with the other’s algorithm`,
        code: 'wrong-algorithm',
        bytes: signature(which, ([, none = 0, made = 0]) => [
          encode(signatureHeader(which === 0 ? -49 : -19, est.signing[which].id)),
          none,
          made,
        ]),
      },
      {
        name: `signature ${which + 1} with algorithm EdDSA or ML-DSA-44`,
        code: 'wrong-algorithm',
        bytes: signature(which, ([, none = 0, made = 0]) => [
          encode(signatureHeader(which === 0 ? -8 : -48, est.signing[which].id)),
          none,
          made,
        ]),
      },
      {
        name: `signature ${which + 1} by another key`,
        code: 'missing-signature',
        bytes: forge({ signers: which === 0 ? [stranger[0], mlDsa65] : [ed25519, stranger[1]] }),
      },
    ]),
    {
      name: 'signatures in another order',
      code: 'missing-signature',
      bytes: forge({ signatures: (all) => all.toReversed() }),
    },
    {
      name: 'signers and signatures in another order',
      code: 'missing-signature',
      bytes: forge({ ...signers(mlDsa65.id, ed25519.id), signers: [mlDsa65, ed25519] }),
    },
    {
      name: 'a third signature',
      code: 'missing-signature',
      bytes: forge({ signatures: (all) => [...all, all[1] ?? 0] }),
    },
    {
      name: 'ML-DSA-44 in place of ML-DSA-65, though listed',
      code: 'missing-signature',
      bytes: forge({ ...signers(ed25519.id, mlDsa44.id), signers: [ed25519, mlDsa44] }),
      directory: directoryWith('EST', (party) => ({
        ...party,
        keys: [...party.keys, { use: 'sign', key: mlDsa44.publicKey, from: now - 2 * day }],
      })),
    },
    {
      name: 'two Ed25519 keys, both listed',
      code: 'missing-signature',
      bytes: forge({ ...signers(ed25519.id, stranger[0].id), signers: [ed25519, stranger[0]] }),
      directory: directoryWith('EST', (party) => ({
        ...party,
        keys: [...party.keys, { use: 'sign', key: stranger[0].publicKey, from: now - 2 * day }],
      })),
    },
    {
      name: 'another purpose after signing',
      code: 'bad-signature',
      bytes: altered(honest, (parts) => void parts.header.set(headers.purpose, 'visit')),
    },
    {
      name: 'another ciphertext after signing',
      code: 'bad-signature',
      bytes: altered(honest, (parts) => {
        parts.payload = flipped(parts.payload, 8 * 200)
      }),
    },
  ]),
  ...rows('recipients', [
    {
      name: 'a recipient taken away',
      code: 'bad-recipients',
      bytes: forge({ sealed: (all) => all.slice(1) }),
    },
    {
      name: 'a recipient twice',
      code: 'bad-recipients',
      bytes: forge({ sealed: (all) => [...all, ...all.slice(1)] }),
    },
    {
      name: 'recipients in another order',
      code: 'bad-recipients',
      bytes: forge({ sealed: (all) => all.toReversed() }),
    },
    {
      name: 'a recipient with another’s key id',
      code: 'bad-recipients',
      bytes: forge({
        sealed: (all) => all.map((each) => ({ ...each, protectedHeader: all[0]?.protectedHeader ?? 0 })),
      }),
    },
    {
      name: 'a signed list that leaves one out',
      code: 'bad-recipients',
      bytes: forge(listed(['NLD', nld.opening.id])),
    },
    {
      name: 'a party twice',
      code: 'bad-recipients',
      bytes: forge({ recipients: [nld, nld] }),
    },
    {
      name: 'key ids swapped between parties',
      code: 'unknown-key',
      bytes: forge({ ...listed(['NATO-NOS', nld.opening.id], ['NLD', nos.opening.id]) }),
    },
    {
      name: 'an unknown party',
      code: 'unknown-party',
      bytes: forge({ recipients: [{ ...nld, id: 'XYZ' }] }),
    },
    {
      name: 'an unknown key',
      code: 'unknown-key',
      bytes: forge({ recipients: [{ ...nld, opening: openingOf('stranger') }] }),
    },
    ...(
      [
        ['revoked before it was made', 'revoked-key', { revoked: now - day }],
        ['revoked after it was made', 'revoked-key', { revoked: now }],
        ['retired before it was made', 'unknown-key', { until: now - 60 }],
        ['not live yet', 'unknown-key', { from: now - 59 }],
      ] as const
    ).map(([name, code, dates]) => ({
      name: `an opening key ${name}`,
      code,
      bytes: honest,
      directory: directoryWhere('NATO-NOS', nos.opening.id, dates),
    })),
  ]),
]
