/** Answers for a port on loopback that nobody listens on; the same one is not given twice in a process. */
import { freePorts } from '../../src/demo/processes.ts'

const given = new Set<number>()

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  if (port === undefined || given.has(port)) return freePort()
  given.add(port)
  return port
}
