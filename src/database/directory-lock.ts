/** Answers for one process at a time on a data directory: two embedded databases over the same files destroy them. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { DatabaseRefused } from './refusal.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

/** Throws `DatabaseRefused('in-use')` while another process, or this one, holds the directory. */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  return process.platform === 'linux' ? lockByName(directory) : lockByFile(directory)
}

// An abstract socket is a name in the kernel: it ends with its process, by kill -9 too, and leaves no file to clean up.
// The name is the directory's device and inode, so that no second path leads around it. Containers with networks of
// their own do not see each other's names: a volume belongs to one container.
async function lockByName(directory: string): Promise<DirectoryLock> {
  const { dev, ino } = statSync(directory, { bigint: true })
  const server = createServer((socket) => socket.destroy()).unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? inUse(directory) : error),
    )
    server.listen({ path: `\0pouch-database-${dev}-${ino}` }, resolve)
  })
  return { release: () => new Promise((resolve) => server.close(() => resolve())) }
}

function lockByFile(directory: string): DirectoryLock {
  const file = path.join(directory, 'lock')
  if (!created(file) && isRunning(Number(readFileSync(file, 'utf8')))) throw inUse(directory)
  writeFileSync(file, String(process.pid))
  return { release: () => rm(file, { force: true }) }
}

function created(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0)
  } catch {
    // No such process: its lock file outlived it.
    return false
  }
}

function inUse(directory: string): DatabaseRefused {
  return new DatabaseRefused(
    'in-use',
    `The database in ${directory} is in use by another process. Stop it first, or ask it through its API.`,
  )
}
