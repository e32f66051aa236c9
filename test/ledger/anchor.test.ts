/** The anchor: the newest checkpoint on the disk, beside the database, whole at any moment. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openAnchor, readAnchor } from '../../src/ledger/anchor.ts'
import { createLogger } from '../../src/logger.ts'
import { eventually } from '../support/eventually.ts'
import { recordingLogger } from '../support/recorded.ts'

describe('the anchor', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pouch-anchor-'))
    file = path.join(folder, 'anchor')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const checkpoint = (size: number) => ({ size, note: () => `note of ${size}\n` })

  test('is read as it was written, and is not there before', async () => {
    expect(await readAnchor(file)).toBeUndefined()
    const anchor = openAnchor(file, recordingLogger())
    anchor.keep(checkpoint(1))
    await anchor.written()
    expect(await readAnchor(file)).toBe('note of 1\n')
    await anchor.close()
  })

  test('does not go back', async () => {
    const anchor = openAnchor(file, recordingLogger())
    for (const size of [7, 3, 7, 9, 8]) anchor.keep(checkpoint(size))
    await anchor.close()
    expect(await readAnchor(file)).toBe('note of 9\n')
  })

  test('is written in the background, and not for every checkpoint', async () => {
    const made: number[] = []
    const anchor = openAnchor(file, recordingLogger())
    for (let size = 1; size <= 1000; size++) {
      anchor.keep({ size, note: () => `note of ${made.push(size)}\n` })
    }
    await eventually('the anchor', () => (existsSync(file) ? true : undefined))
    await anchor.close()
    expect(made.length).toBeLessThanOrEqual(2)
    expect(made.at(-1)).toBe(1000)
  })

  test('that cannot be written is said, and is written when it can be', async () => {
    rmSync(folder, { recursive: true })
    const lines: string[] = []
    const anchor = openAnchor(file, createLogger('info', { write: (line) => void lines.push(line) }))
    anchor.keep(checkpoint(5))
    await anchor.written()
    const said = { event: 'task-failed', task: 'anchor', errorCode: 'ENOENT' }
    expect(JSON.parse(lines[0] ?? '')).toMatchObject(said)
    mkdirSync(folder)
    await anchor.close()
    expect(readFileSync(file, 'utf8')).toBe('note of 5\n')
  })
})
