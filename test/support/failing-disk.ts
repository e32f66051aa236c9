/**
 * Answers for disks that fail: every fsync of running processes fails from a moment on, by strace; and small disks that fill
 * up, by tmpfs. Where the machine does not allow it they are `undefined` with a printed note.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export function canTrace(): boolean {
  const able = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0
  if (!able) console.warn('skipped: strace is not on this machine, or may not trace')
  return able
}

/** From here on every fsync of these processes and of their children fails with EIO. Gives what lets go of them. */
export async function failSyncs(processes: readonly number[]): Promise<() => Promise<void>> {
  const fault = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO']
  const attached = processes.flatMap((id) => ['-p', String(id)])
  const strace = spawn('strace', ['-f', '-qq', '-o', '/dev/null', ...fault, ...attached], { stdio: 'ignore' })
  const ended = once(strace, 'exit')
  const untraced = (): boolean => processes.some((id) => tasksOf(id).some((task) => !isTraced(task)))
  for (let attempt = 0; untraced(); attempt++) {
    if (attempt === 500 || strace.exitCode !== null) throw new Error('strace did not attach')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return async () => {
    strace.kill('SIGINT')
    await ended
  }
}

function tasksOf(id: number): readonly string[] {
  try {
    return readdirSync(`/proc/${id}/task`).map((task) => `/proc/${id}/task/${task}`)
  } catch {
    // It has ended, so that it does not sync any more.
    return []
  }
}

function isTraced(task: string): boolean {
  try {
    return !/^TracerPid:\s+0$/m.test(readFileSync(`${task}/status`, 'utf8'))
  } catch {
    return true
  }
}

export interface SmallDisk {
  readonly folder: string
  /** Leaves so many bytes free, at most. */
  readonly fill: (leaving: number) => void
  readonly makeSpace: () => void
  readonly remove: () => void
}

export function smallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-small-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true })
    console.warn('skipped: this machine does not let a test mount a small disk')
    return undefined
  }
  chmodSync(folder, 0o777)
  const ballast = path.join(folder, 'ballast')
  return {
    folder,
    fill: (leaving) => fill(ballast, leaving),
    makeSpace: () => rmSync(ballast),
    remove: () => {
      spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fill(ballast: string, leaving: number): void {
  const [large, small] = [Buffer.alloc(2 ** 20), Buffer.alloc(4096)]
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(path.dirname(ballast))
      const over = bavail * bsize - leaving
      if (over <= 0) return
      appendFileSync(ballast, over > 2 * large.length ? large : small)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
