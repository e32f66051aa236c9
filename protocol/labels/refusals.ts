/** Answers for the refusals of markings and labels that others wrote: part of the closed list in errors.ts. */
import type { Refusal } from '../errors.ts'

export const labelRefusals = {
  'unknown-marking': {
    status: 422,
    title: 'The issuer has no marking that is written so',
    next: 'Write it in full as its issuer does, or name the issuer; `pouch label read --help` has examples.',
  },
  'ambiguous-marking': {
    status: 422,
    title: 'The marking is of several issuers, or may mean several things',
    next: 'Name the issuer: --issuer EST, or EST: in front of the marking.',
  },
  'marking-not-in-force': {
    status: 422,
    title: 'The issuer had this marking, and not on the day asked about',
    next: 'Give the day on which it was marked with --at.',
  },
  'confusable-letters': {
    status: 422,
    title: 'A letter is of another script than the word that it seems to spell',
    next: 'Type the word anew at the place that is named, and ask where the text comes from.',
  },
  'unknown-segment': {
    status: 422,
    title: 'A part of the line is nothing that the issuer has',
    next: 'Nothing is passed over: leave the part out only if its originator does.',
  },
  'unknown-release-name': {
    status: 422,
    title: 'It is released to a name that stands for nobody here',
    next: 'Use ISO 3166-1 codes, or the id of a group in the registry.',
  },
  'bad-xml': {
    status: 400,
    title: 'The text is not the plain, well-formed XML that is read here',
    next: 'Send UTF-8 with its namespaces declared, without DTD, comments, CDATA and processing instructions.',
  },
  'unmappable-label': {
    status: 422,
    title: 'The label says something that cannot be said otherwise without changing it',
    next: 'See protocol/labels/README.md for what has a counterpart; ask the originator to say the rest in another way.',
  },
  'label-conflict': {
    status: 409,
    title: 'Two labels of one policy say different things of the same data',
    next: 'Keep the originator’s: only the originator changes it.',
  },
  'wrong-data': {
    status: 422,
    title: 'The label is bound to other data than this',
    next: 'Compare the digest in the binding with that of the envelope; ask for the label that belongs to it.',
  },
} as const satisfies Record<string, Refusal>
