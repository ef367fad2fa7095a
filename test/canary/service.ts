import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { Errand } from './inside.ts'

export interface WatchedService {
  readonly url: string
  readonly metricsUrl: string
  /** Everything on stdout and stderr. */
  output(): Buffer
  do(errand: Errand): Promise<void>
  /** Waits for it to end. @returns the exit code. */
  readonly ended: Promise<number | null>
}

const inside = join(import.meta.dirname, 'inside.ts')
const main = join(import.meta.dirname, '../../src/main.ts')

/** Shows whole strings in a heap snapshot; by default they are cut after a thousand characters. */
const stringLimit = '--heap-snapshot-string-limit=1000000'

/** The service as it ships, with a helper inside that acts on command. */
export async function startWatchedService(environment: Record<string, string>): Promise<WatchedService> {
  const child = spawn(process.execPath, [stringLimit, '--import', inside, main], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const written: Buffer[] = []
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The process has no output.')
  const url = new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const address = /[^a-z] ?listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    child.once('exit', () => reject(new Error(`It did not start:\n${Buffer.concat(written)}`)))
  })
  for (const stream of [stdout, stderr]) stream.on('data', (bytes: Buffer) => written.push(bytes))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    url: await url,
    metricsUrl: /metrics at (http:\/\/[\w.:]+\/metrics)/.exec(String(Buffer.concat(written)))?.[1] ?? '',
    output: () => Buffer.concat(written),
    async do(errand) {
      const done = once(child, 'message')
      child.send(errand)
      await done
    },
    ended,
  }
}
