import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inject, onTestFinished } from 'vitest'
import { compiled } from '../support/compiled.ts'

export interface ServiceProcess {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Address of the service, once its log has named it. */
  readonly url: Promise<string>
  /** Address of its admin listener, likewise. */
  readonly adminUrl: Promise<string>
  /** Code and signal with which the process ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Runs the built service, with this environment and no other, except for an admin port that is free. */
export function runService(environment: Record<string, string>): ServiceProcess {
  const env = { ADMIN_PORT: '0', ...compiled, ...environment }
  const main = join(inject('builtPrograms'), 'main.js')
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const url = Promise.withResolvers<string>()
  const adminUrl = Promise.withResolvers<string>()
  const read = (line: string) => {
    lines.push(line)
    const [, what, address] = /(listening|metrics) at (https?:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
    if (address) (what === 'metrics' ? adminUrl : url).resolve(address)
  }
  createInterface({ input: child.stdout }).on('line', read)
  createInterface({ input: child.stderr }).on('line', read)
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  return { child, lines, url: url.promise, adminUrl: adminUrl.promise, ended }
}
