/** Answers for national modules as a registry carries them: whose, and its rules as text (registry.md). */
import { field, list, record, text } from '../codec.ts'
import { partyId } from '../names.ts'

/** In characters of UTF-16, so that no text of more bytes of UTF-8 than thrice this is ever read. */
export const longestModule = 65_536

const module = record({ party: field(1, partyId), policies: field(2, text(longestModule)) })

export const modules = list(module, 1, 1000)
