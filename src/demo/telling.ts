/** Answers for how the demonstration speaks: numbered acts, indented lines, figures at the end. */

export class Telling {
  #act = 0
  readonly #figures: [string, string][] = []

  act(title: string): void {
    this.#act++
    this.line(`\n${this.#act}. ${title}`)
  }

  say(text: string): void {
    for (const line of text.split('\n')) this.line(`   ${line}`)
  }

  figure(what: string, value: string): void {
    this.#figures.push([what, value])
  }

  figures(): void {
    const width = Math.max(...this.#figures.map(([what]) => what.length))
    for (const [what, value] of this.#figures) this.line(`   ${what.padEnd(width)}  ${value}`)
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`)
  }
}

export function milliseconds(since: number): string {
  return `${Math.round(performance.now() - since)} ms`
}
