/** Answers for a folder that only its owner can enter: files written whole or not at all, and read only when private. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { Rejected } from '../protocol/errors.ts'

export function makePrivateFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  requirePrivateFolder(folder)
  syncFolder(path.dirname(path.resolve(folder)))
}

export function requirePrivateFolder(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true) throw new Rejected('no-such-key', `no folder ${folder}`)
  requirePrivate(stats, folder)
}

/** Names of the files with this ending, sorted. */
export function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort()
}

/** Looks at the file that was opened, not at its name, and follows no link. */
export function readPrivateFile(file: string, maxBytes: number): Uint8Array {
  const descriptor = openWithoutLinks(file)
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw new Rejected('unsafe-permissions', `${file} is not a file`)
    requirePrivate(stats, file)
    if (stats.size > maxBytes)
      throw new Rejected('damaged-key-file', `${file} is larger than ${maxBytes} bytes`)
    return Uint8Array.from(readFileSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}

/**
 * 1 the bytes are durable under a name that nobody reads; 2 a link, which unlike a rename never replaces, gives them their
 * name; 3 the folder is durable. A crash before 2 leaves no key, after 2 the whole key; the temporary file is wrapped like
 * the other and harmless.
 */
export function writePrivateFile(folder: string, name: string, bytes: Uint8Array): void {
  const temporary = path.join(folder, `.${name}.${process.pid}.tmp`)
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    writeFileSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  try {
    linkSync(temporary, path.join(folder, name))
  } finally {
    unlinkSync(temporary)
  }
  syncFolder(folder)
}

const leaving = '.leaving-'

/**
 * 1 the file loses its name, and so counts no more; 2 its bytes are written over, which a disk that writes in place obeys,
 * and an SSD or a copying file system need not; 3 it is removed. A crash after 1 is finished by `finishLeaving`.
 */
export function destroyPrivateFile(folder: string, name: string): void {
  renameSync(path.join(folder, name), path.join(folder, `${leaving}${name}`))
  syncFolder(folder)
  finishLeaving(folder)
}

/** What an earlier destruction left when it was interrupted. */
export function finishLeaving(folder: string): void {
  const left = readdirSync(folder).filter((name) => name.startsWith(leaving))
  for (const name of left) unlessGone(() => overwriteAndUnlink(path.join(folder, name)))
  if (left.length > 0) syncFolder(folder)
}

function overwriteAndUnlink(file: string): void {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const { size } = fstatSync(descriptor)
    writeSync(descriptor, new Uint8Array(size), 0, size, 0)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  unlinkSync(file)
}

/** Another process that looks into the folder finishes what it finds unfinished, too. */
export function unlessGone(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

function openWithoutLinks(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') {
      throw new Rejected('unsafe-permissions', `${file} is a link`, { cause: error })
    }
    throw error
  }
}

// Windows has neither owners nor mode bits in this sense; there the folder's access list is the operator's business.
function requirePrivate(stats: Stats, place: string): void {
  const user = process.getuid?.()
  if (user === undefined) return
  if (stats.uid !== user) throw new Rejected('unsafe-permissions', `${place} belongs to another user`)
  if ((stats.mode & 0o077) !== 0)
    throw new Rejected('unsafe-permissions', `${place} is open to group or others`)
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
