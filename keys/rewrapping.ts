/**
 * Answers for changing what wraps a folder of keys, all of them or none: a crash at any moment leaves a folder that opens,
 * with the old opener before the mark below is there, and with the new one from then on.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { syncFolder, unlessGone, writePrivateFile } from './private-folder.ts'

const mark = '.rewrapped'
const before = '.next-'

/** The bytes of every file as it is to be, by its name. */
export function replaceTogether(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const name of nextFiles(folder)) rmSync(path.join(folder, name))
  for (const [name, bytes] of files) writePrivateFile(folder, `${before}${name}`, bytes)
  // Up to here the files count as they were. From here on they count as they are to be, and whoever looks finishes it.
  writePrivateFile(folder, mark, new Uint8Array(0))
  finishRewrapping(folder)
}

export function finishRewrapping(folder: string): void {
  if (!existsSync(path.join(folder, mark))) return
  for (const name of nextFiles(folder)) {
    unlessGone(() => renameSync(path.join(folder, name), path.join(folder, name.slice(before.length))))
  }
  syncFolder(folder)
  rmSync(path.join(folder, mark), { force: true })
  syncFolder(folder)
}

function nextFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith(before))
}
