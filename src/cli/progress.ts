/** Answers for showing how far long work has come: a bar on a terminal's error stream, nothing elsewhere. */

const width = 30
const everyMilliseconds = 100

/** Draws at most ten times a second, and clears the line at the end. */
export function progressBar(what: string): (done: number, size: number) => void {
  let drawn = 0
  return (done, size) => {
    const now = performance.now()
    if (!process.stderr.isTTY || (now - drawn < everyMilliseconds && done < size)) return
    drawn = now
    const filled = size === 0 ? width : Math.floor((done / size) * width)
    const bar = `${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done} of ${size}`
    process.stderr.write(done < size ? `\r${bar}` : `\r${' '.repeat(bar.length)}\r`)
  }
}
