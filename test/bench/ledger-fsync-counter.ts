/** Answers for counting calls of fsync in every thread of a process: loaded before anything else, it tells of each. */
import fs from 'node:fs'
import { BroadcastChannel } from 'node:worker_threads'

/** The name of the channel on which each call is told. */
export const fsyncChannel = 'pouch-bench-fsync'

const channel = new BroadcastChannel(fsyncChannel)
channel.unref()
const { fsyncSync } = fs
fs.fsyncSync = (descriptor) => {
  fsyncSync(descriptor)
  channel.postMessage(1)
}
