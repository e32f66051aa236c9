/**
 * Answers for the transcripts beside this file: each is played against real gateways, on both databases, one after
 * another like the chapters of a book.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseTranscript, play } from '../support/transcript.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeStage, type TestStage } from '../support/stage.ts'

const folder = import.meta.dirname
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('the folder', () => {
  test('holds transcripts, and each of them has turns', () => {
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect(turnsOf(file).length, file).toBeGreaterThan(3)
  })
})

eachDatabase('transcript', (databases) => {
  const stage: { made?: TestStage } = {}
  beforeAll(async () => {
    stage.made = await makeStage(databases)
  })
  afterAll(() => stage.made?.world.end())

  test.each(files)('%s', async (file) => {
    const chapter = await stage.made?.chapter()
    if (chapter === undefined) throw new Error('no stage')
    for (const turn of turnsOf(file)) await play(turn, chapter)
  })
})

function turnsOf(file: string) {
  return parseTranscript(readFileSync(path.join(folder, file), 'utf8'))
}
