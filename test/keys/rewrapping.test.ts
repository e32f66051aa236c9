/** Answers for changing the passphrase: all files or none, whenever the power fails, and beside a gateway that adds keys. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeOpener } from '../../keys/change-opener.ts'
import { createKeystore, openKeystore } from '../../keys/keystore.ts'
import { Passphrase } from '../../keys/passphrase.ts'

const work = mkdtempSync(path.join(tmpdir(), 'pouch-rewrapping-'))
const [before, after] = [path.join(work, 'before'), path.join(work, 'after')]
const old = new Passphrase('four unrelated words here')
const next = new Passphrase('four other unrelated words')
const now = 1_795_435_200
const code = (expected: string): unknown => expect.objectContaining({ code: expected }) as unknown
let ids: readonly string[]

function copy(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 })
  for (const file of readdirSync(from)) copyFileSync(path.join(from, file), path.join(to, file))
}

beforeAll(() => {
  const keystore = createKeystore(before, old)
  for (const use of ['sign', 'open'] as const) keystore.add(use, now)
  ids = keystore.list().map(({ id }) => id)
  copy(before, after)
  expect(changeOpener(after, old, next)).toBe(3)
})
afterAll(() => rmSync(work, { recursive: true }))

const idsIn = (folder: string, passphrase: Passphrase): readonly string[] =>
  openKeystore(folder, passphrase)
    .list()
    .map(({ id }) => id)

test('the same keys, under the new passphrase alone', () => {
  expect([...idsIn(after, next)].sort()).toEqual([...ids].sort())
  expect(() => openKeystore(after, old)).toThrow(code('wrong-passphrase'))
  expect(readdirSync(after)).toEqual(readdirSync(before))
})

test('a wrong old passphrase changes nothing', () => {
  const other = new Passphrase('neither of the two passphrases')
  expect(() => changeOpener(before, other, next)).toThrow(code('wrong-passphrase'))
  expect(idsIn(before, old)).toHaveLength(3)
})

/** The folder as a crash leaves it: so many of the new files written, the mark there or not, so many put in place. */
function crashed(written: number, marked: boolean, placed: number): string {
  const folder = path.join(work, `crash-${written}-${String(marked)}-${placed}`)
  copy(before, folder)
  const files = readdirSync(after)
  for (const file of files.slice(0, written))
    copyFileSync(path.join(after, file), path.join(folder, `.next-${file}`))
  if (marked) writeFileSync(path.join(folder, '.rewrapped'), '', { mode: 0o600 })
  for (const file of files.slice(0, placed))
    renameSync(path.join(folder, `.next-${file}`), path.join(folder, file))
  return folder
}

test.each([2])('a crash before the mark, with %i files written: the old passphrase, and again', (written) => {
  const folder = crashed(written, false, 0)
  expect(idsIn(folder, old)).toHaveLength(3)
  expect(changeOpener(folder, old, next)).toBe(3)
  expect(idsIn(folder, next)).toHaveLength(3)
})

test.each([2])('a crash after the mark, with %i files in place: the new passphrase', (placed) => {
  const folder = crashed(3, true, placed)
  expect(idsIn(folder, next)).toHaveLength(3)
  expect(existsSync(path.join(folder, '.rewrapped'))).toBe(false)
})

test('a gateway that runs on the old passphrase adds nothing under it any more', () => {
  const folder = path.join(work, 'running')
  copy(before, folder)
  const running = openKeystore(folder, old)
  changeOpener(folder, old, next)
  expect(() => running.add('open', now + 1)).toThrow(code('wrong-passphrase'))
  expect(idsIn(folder, next)).toHaveLength(3)
})

test('a destruction that was interrupted is finished by whoever looks next', () => {
  const folder = path.join(work, 'leaving')
  copy(before, folder)
  renameSync(path.join(folder, 'open-1-hpke-9-ke.key'), path.join(folder, '.leaving-open-1-hpke-9-ke.key'))
  expect(idsIn(folder, old)).toHaveLength(2)
  expect(readdirSync(folder).filter((name) => name.startsWith('.leaving'))).toEqual([])
})
