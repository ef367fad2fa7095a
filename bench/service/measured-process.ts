import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWithUs } from '../../test/chaos/child-processes.ts'
import { freePort } from '../../test/support/free-port.ts'
import { createHttpClient } from './http-client.ts'

/** What the operating system says that a process has used. Nothing is loaded into it to find out. */
export interface Use {
  /** Of all its threads since its start; the system counts in steps of 10 ms. */
  readonly cpuMs: number
  readonly residentMb: number
}

export interface MeasuredProcess {
  readonly pid: number
  readonly url: string
  readonly adminUrl: string
  /** From its start to the first 200 of `/readyz`. */
  readonly startMs: number
  use(): Use
  stop(): Promise<void>
}

export interface ProcessOptions {
  /** Arguments of node: its flags and the program. */
  readonly program: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

const startTimeoutMs = 30_000
/** Fine enough for a start that takes half a second, and coarse enough not to slow it down. */
const readyPollMs = 5
/** USER_HZ, which Linux fixes for /proc. */
const ticksPerSecond = 100

/** Starts a program on a free port. Its log is discarded. */
export async function startMeasured({ program, environment }: ProcessOptions): Promise<MeasuredProcess> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const startedMs = performance.now()
  const child = spawn(process.execPath, program, {
    env: {
      NODE_ENV: 'production',
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  endWithUs(child, 'SIGKILL')
  await ready(url, child, startedMs)
  const pid = child.pid ?? 0
  return {
    pid,
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    startMs: performance.now() - startedMs,
    use: () => useOf(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Of /proc/PID/stat and /proc/PID/status. */
export function useOf(pid: number): Use {
  // The name, which may contain anything, is in brackets; utime and stime are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  const residentKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { cpuMs: (ticks * 1_000) / ticksPerSecond, residentMb: Number(residentKb) / 1_024 }
}

async function ready(url: string, child: ChildProcess, startedMs: number): Promise<void> {
  const client = createHttpClient(url)
  try {
    for (;;) {
      const status = await client.ask('GET /readyz HTTP/1.1\r\nhost: bench\r\n\r\n')
      if (status === 200) return
      if (child.exitCode !== null || performance.now() - startedMs > startTimeoutMs) {
        throw new Error(`${child.spawnargs.at(-1)} did not become ready`)
      }
      await sleep(readyPollMs)
    }
  } finally {
    client.close()
  }
}
