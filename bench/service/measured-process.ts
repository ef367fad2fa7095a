import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'

/** What a process has used: CPU since its start, memory now. */
export interface Use {
  readonly cpuMs: number
  readonly rssMb: number
  readonly heapMb: number
}

export interface MeasuredProcess {
  readonly url: string
  /** From its start to the first 200 of `/readyz`. */
  readonly startMs: number
  use(isAfterGc?: boolean): Promise<Use>
  /** V8's CPU profile of what happens meanwhile. */
  profileDuring(work: () => Promise<unknown>): Promise<unknown>
  stop(): Promise<void>
}

export interface ProcessOptions {
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
}

const startTimeoutMs = 30_000
/** Fine enough for a start that takes half a second, and coarse enough not to slow it down. */
const readyPollMs = 5

/** Starts a program on a free port with the probe in it. Its log is discarded. */
export async function startMeasured({ program, environment }: ProcessOptions): Promise<MeasuredProcess> {
  const port = await freePort()
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', join(import.meta.dirname, 'probe.ts'), program],
    {
      env: { ...environment, HOST: '127.0.0.1', PORT: String(port), NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  const url = `http://127.0.0.1:${port}`
  await ready(url, child, startedMs)
  const startMs = performance.now() - startedMs
  async function ask(what: string): Promise<unknown> {
    const told = once(child, 'message')
    child.send(what)
    const [answer] = await told
    return answer
  }
  return {
    url,
    startMs,
    use: (isAfterGc = false) => ask(isAfterGc ? 'use after gc' : 'use') as Promise<Use>,
    async profileDuring(work) {
      await ask('profile')
      await work()
      return ask('end of profile')
    },
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function ready(url: string, child: ChildProcess, startedMs: number): Promise<void> {
  for (;;) {
    const { statusCode, body } = await request(`${url}/readyz`).catch(() => ({ statusCode: 0, body: null }))
    await body?.dump()
    if (statusCode === 200) return
    if (child.exitCode !== null || performance.now() - startedMs > startTimeoutMs) {
      throw new Error(`${child.spawnargs.at(-1)} did not become ready`)
    }
    await sleep(readyPollMs)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return address.port
}
