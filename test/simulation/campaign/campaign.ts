import { Worker } from 'node:worker_threads'
import type { WorkerTask } from './campaign-worker.ts'
import { addTotals, noTotals, type Totals } from './totals.ts'

export interface CampaignOptions {
  readonly from: number
  readonly seeds: number
  readonly workers: number
  /** Ends the campaign early; what was run by then counts. */
  readonly secondsMax?: number
  readonly onProgress?: (totals: Totals) => void
}

/** Runs many seeds on several cores. */
export async function runCampaign(options: CampaignOptions): Promise<Totals> {
  const { from, seeds, workers, secondsMax, onProgress } = options
  const totals = noTotals()

  const runWorker = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const task: WorkerTask = { from: from + index, to: from + seeds, step: workers }
      const worker = new Worker(new URL('./campaign-worker.ts', import.meta.url), { workerData: task })
      worker.on('message', (more: Totals) => {
        addTotals(totals, more)
        onProgress?.(totals)
      })
      const deadline =
        secondsMax === undefined ? undefined : setTimeout(() => worker.terminate(), secondsMax * 1_000)
      worker.on('error', reject)
      worker.on('exit', () => {
        clearTimeout(deadline)
        resolve()
      })
    })

  await Promise.all(Array.from({ length: workers }, (_, index) => runWorker(index)))
  totals.violations.sort((one, other) => one.seed - other.seed)
  return totals
}
