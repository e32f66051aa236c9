/** Answers for the refusals that are about agreements, their signatures and their suspension: a part of the closed list. */
import type { Refusal } from '../errors.ts'

export const agreementRefusals = {
  'unsigned-agreement': {
    status: 403,
    title: 'An agreement lacks the signatures of its own parties',
    next: 'Have each of its parties sign it with `pouch agreement sign`, as it stands now.',
  },
  'unknown-agreement': {
    status: 403,
    title: 'The registry does not list this agreement',
    next: 'Check the id, or refresh the registry with `pouch registry refresh`.',
  },
  'foreign-agreement': {
    status: 403,
    title: 'The party does not speak for a side of this agreement',
    next: 'Have a party of the agreement suspend or resume it; a group’s organisation speaks for the group.',
  },
  'out-of-order': {
    status: 409,
    title: 'The notice is not the next one of its party on its agreement',
    next: 'Fetch the notices that this gateway holds, and sign the one that follows the last of them.',
  },
} as const satisfies Record<string, Refusal>
