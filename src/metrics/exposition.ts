/** Answers for the text that Prometheus reads (exposition format 0.0.4), and for what is counted between two readings. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** As many different values as the registry of parties, the API and the closed lists of codes hold, and no more. */
export type Labels = Readonly<Record<string, string | number>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** One name with all its values, as they are when they are asked for. */
export interface Figure {
  readonly name: string
  readonly help: string
  readonly kind?: 'counter'
  readonly samples: readonly Sample[]
}

export interface Exposition {
  /** Gives what counts one more. */
  counter(name: string, help: string, labels: readonly string[]): (labels: Labels) => void
  /** Gives what takes one more value, in seconds. */
  seconds(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: readonly number[],
  ): (labels: Labels, seconds: number) => void
  /** Everything counted, and these. */
  text(figures: readonly Figure[]): Promise<string>
}

export const expositionType = Registry.PROMETHEUS_CONTENT_TYPE

export function single(name: string, help: string, value: number): Figure {
  return { name, help, samples: [{ labels: {}, value }] }
}

/** Of one gateway: several in one process share nothing. */
export function createExposition(): Exposition {
  const counted = new Registry()
  const common = { registers: [counted] }
  return {
    counter: (name, help, labels) => {
      const counter = new Counter({ ...common, name, help, labelNames: labels })
      return (values) => counter.inc(values)
    },
    seconds: (name, help, labels, buckets) => {
      const histogram = new Histogram({ ...common, name, help, labelNames: labels, buckets: [...buckets] })
      return (values, seconds) => histogram.observe(values, seconds)
    },
    text: async (figures) => (await counted.metrics()) + (await asText(figures)),
  }
}

/** Made anew for each reading: what is gone leaves no old value behind, and two readings at once do not mix. */
async function asText(figures: readonly Figure[]): Promise<string> {
  const registry = new Registry()
  for (const { name, help, kind, samples } of figures) {
    // Without a value and without labels it would be shown as 0.
    if (samples.length === 0) continue
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))]
    const about = { name, help, labelNames, registers: [registry] }
    if (kind === 'counter') {
      const counter = new Counter(about)
      for (const { labels, value } of samples) counter.inc(labels, value)
    } else {
      const gauge = new Gauge(about)
      for (const { labels, value } of samples) gauge.set(labels, value)
    }
  }
  return registry.metrics()
}
