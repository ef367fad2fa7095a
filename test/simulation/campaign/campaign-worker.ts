import { parentPort, workerData } from 'node:worker_threads'
import { runSeeds } from './run-seeds.ts'

/** The seeds of one worker: every so many-th of the campaign's. */
export interface WorkerTask {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** How many seeds a worker runs between two reports. */
const batch = 250

const { from, to, step } = workerData as WorkerTask
// Millions of problems are thrown here, and no one reads their stacks.
Error.stackTraceLimit = 0
for (let start = from; start < to; start += batch * step) {
  const seeds: number[] = []
  for (let seed = start; seed < to && seeds.length < batch; seed += step) seeds.push(seed)
  parentPort?.postMessage(await runSeeds(seeds))
}
