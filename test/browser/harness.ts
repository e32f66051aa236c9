/**
 * Answers for running a module in a browser as a client would have it: bundled with the browser's resolution, so that
 * `#suite` is the one over @noble, and loaded by a page of http://localhost whose policy allows nothing else.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'

/**
 * Bundles the file, calls its export `run` with `input` in a fresh page, and gives what it returns. Both are JSON: byte
 * strings go as hexadecimal.
 */
export async function runInChromium(browser: Browser, entryFile: string, input: unknown): Promise<unknown> {
  const site = await serve(await bundle(entryFile))
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(site.url)
    // As text, because the test runner rewrites an import() in code.
    return await page.evaluate(`import('/bundle.js').then(({ run }) => run(${JSON.stringify(input)}))`)
  } finally {
    await context.close()
    await site.close()
  }
}

/** One ES module, with everything in it; an import that a browser does not have is an error. */
export async function bundle(entryFile: string): Promise<string> {
  const build = await rolldown({
    input: entryFile,
    platform: 'browser',
    onLog: (_, log) => {
      throw new Error(log.message)
    },
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false, minify: true })
  await build.close()
  const [chunk] = output
  if (chunk.imports.length > 0) throw new Error(`the bundle imports ${chunk.imports.join(', ')}`)
  return chunk.code
}

async function serve(script: string): Promise<{ url: string; close: () => Promise<void> }> {
  const answer: RequestListener = (request, response) => {
    const isScript = request.url === '/bundle.js'
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'")
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? script : '<!doctype html><title>Pouch</title>')
  }
  const server = createServer(answer)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}/`,
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}
