/** Answers for `pouch example`: files that people write by hand, to begin from. The person in it is invented. */
import { Argument, Command } from 'commander'
import { z } from 'zod'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { PackageInput } from '../client/client.ts'
import { packageForm } from '../http/forms/submission.ts'
import { exampleTable } from '../policy/example-table.ts'
import { acting, answer, type GlobalOptions, toDate, toJson } from './answer.ts'
import { timeOf } from './trust.ts'

const examples = { request, plan } as const
type Example = keyof typeof examples

export function exampleCommand(): Command {
  return new Command('example')
    .summary('print a request, a plan or a table to begin from')
    .description(
      'Print an example: a request (JSON) for `pouch send` and `pouch seal`, a plan (JSON) for `pouch registry propose`, ' +
        'or a table (YAML) for `pouch policy test`.',
    )
    .addArgument(new Argument('<what>', 'which').choices([...Object.keys(examples), 'table']))
    .addHelpText('after', '\nExample:\n  pouch example request > request.json')
    .action(
      acting<GlobalOptions>((_, [what = '']) => {
        if (what === 'table') return answer(exampleTable.trimEnd(), { table: exampleTable })
        const example = examples[what as Example](timeOf(undefined))
        return answer(toJson(example), example)
      }),
    )
}

const year = 365 * 24 * 3600

function request(now: Seconds): object {
  return z.encode(packageForm, visitRequest(now, ['NLD']))
}

/** EST confirms a clearance for a visit: NATO SECRET, for the recipients alone. */
export function visitRequest(now: Seconds, recipients: readonly PartyId[]): PackageInput {
  return {
    attestations: [
      {
        subject: 'holder-7f3a',
        expiresAt: now + year,
        clearance: {
          scheme: 'NATO',
          level: 'NATO SECRET',
          categories: [],
          check: 'security vetting',
          granted: now - year,
          validUntil: now + 4 * year,
          conditions: [],
          caveats: [],
          legalBasis: 'State Secrets and Classified Information of Foreign States Act',
        },
        identifiers: { surname: 'Tamm', 'given-names': 'Mari', nationality: 'EST' },
      },
    ],
    label: {
      policy: 'NATO',
      marking: 'NATO SECRET',
      at: now,
      compartments: [],
      releasability: ['EST', ...recipients],
      caveats: [],
    },
    recipients,
    purpose: 'visit',
  }
}

function plan(now: Seconds): object {
  const today = toDate(now).slice(0, 10)
  const party = (enrolment: string, name: string, gateway: string) => {
    return { enrolment, name, gateway, accreditation: 3, compartments: [], revoked: {} }
  }
  return {
    validDays: 90,
    threshold: 2,
    roots: ['signer-a.enrolment.json', 'signer-b.enrolment.json', 'signer-c.enrolment.json'],
    parties: [
      party('est.enrolment.json', 'National Security Authority of Estonia', 'https://pouch.example.ee'),
      party(
        'nld.enrolment.json',
        'National Security Authority of the Netherlands',
        'https://pouch.example.nl',
      ),
    ],
    schemes: ['NATO', 'EST', 'NLD'],
    groups: ['NATO'],
    agreements: [
      {
        id: 'est-nld-security',
        title: 'Mutual protection of classified information',
        first: ['EST'],
        second: ['NLD'],
        direction: 'both',
        ceilings: { clearance: 3 },
        purposes: ['visit', 'posting'],
        from: today,
        timeline: [{ at: today, state: 'in-force' }],
        articles: [],
      },
    ],
    // A party's keys change with its own signature only.
    keyConsents: true,
    // Each is the other's witness: what is SECRET or above waits until the other gateway has cosigned.
    witnessing: { witnesses: ['EST', 'NLD'], quorums: [0, 0, 0, 1, 1], limitSeconds: 900 },
  }
}
