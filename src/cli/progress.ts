/** Answers for showing how far long work has come: a bar on a terminal's error stream, nothing elsewhere. */

const width = 30
const everyMilliseconds = 100

/** Draws at most ten times a second, with the rate and the time that is left, and clears the line at the end. */
export function progressBar(what: string): (done: number, size: number) => void {
  const began = performance.now()
  let drawn = 0
  let longest = 0
  return (done, size) => {
    const now = performance.now()
    if (!process.stderr.isTTY || (now - drawn < everyMilliseconds && done < size)) return
    drawn = now
    const line = progressLine(what, done, size, (now - began) / 1000)
    longest = Math.max(longest, line.length)
    process.stderr.write(done < size ? `\r${line.padEnd(longest)}` : `\r${' '.repeat(longest)}\r`)
  }
}

/** `entries [#####.....] 50 of 100, 25/s, 2 s left`. */
function progressLine(what: string, done: number, size: number, seconds: number): string {
  const filled = size === 0 ? width : Math.floor((done / size) * width)
  const bar = `${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done} of ${size}`
  if (done === 0 || seconds === 0) return bar
  const rate = done / seconds
  return `${bar}, ${Math.round(rate)}/s, ${left((size - done) / rate)} left`
}

function left(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
