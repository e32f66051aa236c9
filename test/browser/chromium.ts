/**
 * Answers for having a browser: the Chromium of @sparticuz/chromium, unpacked once, or Debian's. Where neither starts,
 * a printed note says why, and the tests that need one are skipped.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import { z } from 'zod'
import { readJson } from '../support/vectors.ts'

const packed = path.resolve(fileURLToPath(import.meta.resolve('@sparticuz/chromium')), '../..')
const { version } = z.object({ version: z.string() }).parse(readJson(path.join(packed, 'package.json')))
const unpacked = path.join(tmpdir(), `pouch-chromium-${version}-${userInfo().uid}`)

interface Candidate {
  readonly name: string
  readonly find: () => Promise<string>
  /** Environment beyond this process's own. */
  readonly env: Readonly<Record<string, string>>
}

const fonts = { FONTCONFIG_PATH: path.join(unpacked, 'fonts') }
const ownLibraries = { LD_LIBRARY_PATH: path.join(unpacked, 'al2023/lib') }

/** The packed browser needs NSS (Debian: libnss3, libnspr4, libexpat1), which the package also carries. */
const candidates: readonly Candidate[] = [
  { name: '@sparticuz/chromium', find: unpack, env: fonts },
  { name: '@sparticuz/chromium with its own libraries', find: unpack, env: { ...fonts, ...ownLibraries } },
  { name: 'Debian’s chromium', find: () => Promise.resolve('/usr/bin/chromium'), env: {} },
]

export async function startChromium(): Promise<Browser | undefined> {
  const failures: string[] = []
  for (const { name, find, env } of candidates) {
    try {
      return await launch(await find(), env)
    } catch (failure) {
      failures.push(`${name}: ${String(failure).split('\n')[0] ?? ''}`)
    }
  }
  console.warn(`skipped: no browser starts on this machine (${failures.join('; ')})`)
  return undefined
}

function launch(executablePath: string, env: Readonly<Record<string, string>>): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-background-networking']
  return chromium.launch({ executablePath, args, env: { ...process.env, ...env } })
}

/** Two tests may unpack at once: each into a folder of its own, and one renames. */
async function unpack(): Promise<string> {
  if (!existsSync(unpacked)) {
    const apart = mkdtempSync(`${unpacked}-`)
    await withTemporaryFolder(apart, async () => {
      for (const file of ['chromium.br', 'fonts.tar.br', 'al2023.tar.br']) {
        await inflate(path.join(packed, 'bin', file))
      }
    })
    try {
      renameSync(apart, unpacked)
    } catch {
      rmSync(apart, { recursive: true, force: true }) // another test was first
    }
  }
  return path.join(unpacked, 'chromium')
}

/** The package takes its target from the environment alone. */
async function withTemporaryFolder(folder: string, step: () => Promise<void>): Promise<void> {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    await step()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}
