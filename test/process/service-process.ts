import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface ServiceProcess {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Address of the service, once its log has named it. */
  readonly url: Promise<string>
  /** Code and signal with which the process ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const main = join(import.meta.dirname, '../../src/main.ts')

/** Runs the service as operators do, with this environment and no other. */
export function runService(environment: Record<string, string>): ServiceProcess {
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const url = new Promise<string>((resolve) => {
    const read = (line: string) => {
      lines.push(line)
      const address = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address) resolve(address)
    }
    createInterface({ input: child.stdout }).on('line', read)
    createInterface({ input: child.stderr }).on('line', read)
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  return { child, lines, url, ended }
}
