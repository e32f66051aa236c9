/** Answers for which signatures of agreements go over from one version of the registry to the next. */
import { equal } from '../../protocol/bytes.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { type Agreement, agreement } from '../../protocol/policy/agreement.ts'
import type { RegistryDocument, VerifiedRegistry } from '../../protocol/registry.ts'

/** The signatures of agreements that are as they were. Those of changed ones are of other bytes, and made anew. */
export function signaturesKept(
  previous: VerifiedRegistry | undefined,
  agreements: readonly Agreement[],
): Pick<RegistryDocument, 'agreementSignatures'> {
  const { agreementSignatures, agreements: before = [] } = previous?.document ?? {}
  if (agreementSignatures === undefined) return {}
  const bytesOf = (all: readonly Agreement[]) =>
    new Map(all.map((each) => [each.id, encodeAs(agreement, each)]))
  const [old, now] = [bytesOf(before), bytesOf(agreements)]
  const isSame = (id: string): boolean => {
    const [a, b] = [old.get(id), now.get(id)]
    return a !== undefined && b !== undefined && equal(a, b)
  }
  return { agreementSignatures: agreementSignatures.filter((each) => isSame(each.agreement)) }
}
