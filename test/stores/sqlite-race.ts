import { Worker } from 'node:worker_threads'

export interface WorkerTask {
  readonly path: string
  readonly work: 'migrate' | 'claim'
  readonly name: string
  readonly threads: number
  /** Where the threads count themselves in, so that they start together. */
  readonly gate: SharedArrayBuffer
}

/** Lets threads, each with its own connection to one file, do the same work at the same moment. */
export function race(path: string, work: WorkerTask['work'], threads: number): Promise<string[][]> {
  const gate = new SharedArrayBuffer(4)
  return Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const workerData: WorkerTask = { path, work, name: `thread-${index}`, threads, gate }
      return new Promise<string[]>((resolve, reject) => {
        const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData })
        worker.once('message', resolve)
        worker.once('error', reject)
      })
    }),
  )
}
