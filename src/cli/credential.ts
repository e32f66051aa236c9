/** Answers for `pouch credential`: who may use the agency listener, and for what. */
import { Command, InvalidArgumentError } from 'commander'
import { environment, readDatabase } from '../config.ts'
import { type Database, openDatabase } from '../database/open.ts'
import {
  issueCredentials,
  listCredentials,
  type Role,
  revokeCredentials,
  roles,
} from '../http/credentials.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { timeOf } from './trust.ts'

export function credentialCommand(): Command {
  return new Command('credential')
    .summary('say who may use the agency listener')
    .description(
      'Make, list and revoke API credentials. With the embedded database the gateway must not be running; with PostgreSQL it may.',
    )
    .addCommand(newCredential())
    .addCommand(listed())
    .addCommand(revoked())
}

interface NewOptions extends GlobalOptions {
  readonly roles: readonly Role[]
}

function newCredential(): Command {
  return new Command('new')
    .summary('make a credential')
    .description(
      'Make a credential. It is printed once; only a salted hash of it is kept. Commands look for it in POUCH_CREDENTIAL, ' +
        'or in the file credential of the data folder.',
    )
    .argument('<name>', 'whose it is')
    .requiredOption('--roles <list>', `one or more of ${roles.join(',')}`, rolesIn)
    .addHelpText(
      'after',
      '\nExample:\n  umask 077; pouch credential new registry-office --roles submit,read --data est > est/credential',
    )
    .action(
      acting<NewOptions>(({ data, roles: granted }, [name = '']) =>
        atDatabase(data, async (database) => {
          const [made] = await issueCredentials(database, [{ name, roles: granted }], timeOf(undefined))
          return made === undefined ? answer('', {}, false) : answer(made.token, made)
        }),
      ),
    )
}

function listed(): Command {
  return new Command('list')
    .summary('list credentials')
    .description('List credentials: names and roles, never the credentials themselves.')
    .addHelpText('after', '\nExample:\n  pouch credential list --data est')
    .action(
      acting<GlobalOptions>(({ data }) =>
        atDatabase(data, async (database) => {
          const credentials = await listCredentials(database)
          const lines = credentials.map(({ id, name, roles: held, created, revoked: ended }) => {
            return `${id}  ${toDate(created)}  ${name}: ${held.join(', ')}${ended === null ? '' : ', revoked'}`
          })
          return answer(lines.join('\n') || 'no credentials', { credentials })
        }),
      ),
    )
}

function revoked(): Command {
  return new Command('revoke')
    .summary('revoke a credential')
    .description('Revoke a credential. From the next request on it is refused.')
    .argument('<id>', 'id of the credential')
    .addHelpText('after', '\nExample:\n  pouch credential revoke 8c1f… --data est')
    .action(
      acting<GlobalOptions>(({ data }, [id = '']) =>
        atDatabase(data, async (database) => {
          const ended = await revokeCredentials(database, [id], timeOf(undefined))
          return answer(
            ended.length === 0
              ? `refused: no live credential has the id ${id}`
              : `credential ${id} is revoked`,
            { revoked: ended },
            ended.length > 0,
          )
        }),
      ),
    )
}

function rolesIn(list: string): readonly Role[] {
  return list.split(',').map((name) => {
    const role = roles.find((each) => each === name.trim())
    if (role === undefined)
      throw new InvalidArgumentError(`It takes ${roles.join(', ')}, separated by commas.`)
    return role
  })
}

async function atDatabase(
  data: string | undefined,
  run: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  const { databaseUrl, databaseFolder } = readDatabase(environment(), data)
  const database = await openDatabase(
    databaseUrl === undefined
      ? { kind: 'embedded', directory: databaseFolder }
      : { kind: 'postgresql', url: databaseUrl },
  )
  try {
    return await run(database)
  } finally {
    await database.destroy()
  }
}
