/**
 * Answers for what the process takes: processor, memory, open files, the event loop, garbage collection; under the names
 * that prom-client gives them. Its own collection cannot be ended, and would keep a closed gateway for ever.
 */
import { readdirSync } from 'node:fs'
import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks'
import { type Exposition, type Figure, single } from './exposition.ts'

export interface ProcessFigures {
  /** From the first call on the event loop and garbage collection are watched. */
  figures(): readonly Figure[]
  close(): void
}

interface Watch {
  lag(): readonly Figure[]
  end(): void
}

export function createProcessFigures(exposition: Exposition): ProcessFigures {
  const collected = exposition.seconds(
    'nodejs_gc_duration_seconds',
    'Time that garbage collection took, by kind.',
    ['kind'],
    [0.001, 0.01, 0.1, 1, 2, 5],
  )
  let watch: Watch | undefined
  return {
    figures: () => {
      watch ??= beginWatch((kind, seconds) => collected({ kind }, seconds))
      return [...processorAndMemory(), ...openFiles(), ...runtime(), ...watch.lag()]
    },
    close: () => {
      watch?.end()
      watch = undefined
    },
  }
}

const kinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

function kindOf(entry: PerformanceEntry): string {
  const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind: number } }
  return kinds[detail?.kind ?? 0] ?? 'other'
}

function beginWatch(collected: (kind: string, seconds: number) => void): Watch {
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) collected(kindOf(entry), entry.duration / 1000)
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    lag: () => {
      const { min, max, mean } = delays
      const [p50, p90, p99] = [delays.percentile(50), delays.percentile(90), delays.percentile(99)]
      delays.reset()
      return Object.entries({ min, max, mean, p50, p90, p99 }).map(([which, nanoseconds]) =>
        single(
          `nodejs_eventloop_lag_${which}_seconds`,
          `Event loop delay since the last scrape: ${which}.`,
          // Nothing is measured yet at the first scrape.
          Number.isNaN(mean) ? 0 : nanoseconds / 1e9,
        ),
      )
    },
    end: () => {
      delays.disable()
      observer.disconnect()
    },
  }
}

function processorAndMemory(): readonly Figure[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()
  const counter = (name: string, help: string, microseconds: number): Figure => ({
    ...single(name, help, microseconds / 1e6),
    kind: 'counter',
  })
  return [
    counter('process_cpu_user_seconds_total', 'Processor time in user mode.', user),
    counter('process_cpu_system_seconds_total', 'Processor time in system mode.', system),
    counter('process_cpu_seconds_total', 'Processor time.', user + system),
    single('process_resident_memory_bytes', 'Resident memory.', rss),
    single('nodejs_heap_size_total_bytes', 'Size of the heap.', heapTotal),
    single('nodejs_heap_size_used_bytes', 'What of the heap is in use.', heapUsed),
    single('nodejs_external_memory_bytes', 'Memory of objects outside of the heap.', external),
  ]
}

/** Where the system tells. */
function openFiles(): readonly Figure[] {
  if (process.platform !== 'linux') return []
  return [single('process_open_fds', 'Open file descriptors.', readdirSync('/proc/self/fd').length)]
}

function runtime(): readonly Figure[] {
  const resources = Map.groupBy(process.getActiveResourcesInfo(), (type) => type)
  return [
    single('process_start_time_seconds', 'When the process started, in Unix time.', startedAt),
    {
      name: 'nodejs_active_resources',
      help: 'What keeps the event loop alive, by type.',
      samples: [...resources].map(([type, those]) => ({ labels: { type }, value: those.length })),
    },
    {
      name: 'nodejs_version_info',
      help: 'The version of Node.js.',
      samples: [{ labels: { version: process.version }, value: 1 }],
    },
  ]
}

const startedAt = performance.timeOrigin / 1000
