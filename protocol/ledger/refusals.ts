/** Answers for the refusals that are about a ledger, its witnesses and its auditors: a part of the closed list. */
import type { Refusal } from '../errors.ts'

export const ledgerRefusals = {
  'bad-proof': {
    status: 422,
    title: 'The proof does not lead to the signed root',
    next: 'Fetch the proof again; if it fails again, the ledger or the receipt was changed: keep both and tell the auditor.',
  },
  'bad-note': {
    status: 400,
    title: 'The signed note or checkpoint is malformed',
    next: 'Fetch it again from the ledger.',
  },
  'transfer-unfinished': {
    status: 409,
    title: 'The transfer is not finished',
    next: 'Shred its records once every recipient has opened or refused it, or it has expired.',
  },
  'broken-chain': {
    status: 422,
    title: 'An entry does not continue the chain',
    next: 'Keep the export as evidence and compare it with an earlier one.',
  },
  'ledger-rollback': {
    status: 409,
    title: 'The database is behind, or beside, a checkpoint that its ledger signed',
    next: 'Restore the newest copy of the database; if there is none, start a successor ledger: `pouch ledger succeed`.',
  },
  'ledger-forked': {
    status: 409,
    title: 'The ledger has shown two histories',
    next: 'Keep both checkpoints: the ledger’s own signatures on them prove it. Tell the other parties and the auditor.',
  },
  'no-anchor': {
    status: 409,
    title: 'Nobody can say whether the database is as its ledger left it',
    next: 'Start with the data folder that has the anchor, or with a witness in reach; if you are sure, `pouch serve --trust-head` once.',
  },
  'ledger-damaged': {
    status: 503,
    title: 'Something that the ledger holds is not what it signed',
    next: 'Nothing is accepted until the operator has restored the database; the logger names the place.',
  },
  'bad-time-stamp': {
    status: 422,
    title: 'It is no time stamp of these bytes by an authority that is trusted for it',
    next: 'Compare the certificate (timestampCertificate, --tsa-certificate) with the one that the authority signed with.',
  },
  'no-witness-policy': {
    status: 422,
    title: 'The registry does not say which witnesses this level needs, or names too few',
    next: 'Have the registry’s signers state witnesses and quorums (`witnessing` in the plan).',
  },
  'no-quorum': {
    status: 503,
    title: 'Too few witnesses have cosigned the ledger',
    next: 'Try again later; the operator sees in /readyz which witnesses are silent.',
  },
  'unknown-ledger': {
    status: 404,
    title: 'The registry lists no ledger of this origin for this gateway to witness',
    next: 'Compare the origin with the registry; a gateway does not witness its own ledger.',
  },
} as const satisfies Record<string, Refusal>
