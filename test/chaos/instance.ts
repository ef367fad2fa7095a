import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { endWithUs } from './child-processes.ts'

/** One instance of the service, as a process that can be killed and comes back at the same address. */
export interface Instance {
  readonly url: string
  readonly logPath: string
  /** How often it ended without having been told to. */
  readonly crashes: () => number
  /** Resolves when it is ready, however often it takes to start: a supervisor would not give up either. */
  start(): Promise<void>
  /** From the next start on it runs the program of another folder. */
  moveTo(folder: string): void
  /** Whether it said that it takes payments when it was last asked. */
  isReady(): Promise<boolean>
  /** Resolves when it has ended by itself, or after so long. */
  ended(withinMs: number): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
}

export interface InstanceOptions {
  /** Arguments of node: the program, and what is to be loaded before it. */
  readonly program: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logPath: string
  /** Where the program is; the present folder unless given. */
  readonly project?: string | undefined
}

const startsMax = 60

export async function createInstance(options: InstanceOptions): Promise<Instance> {
  const { program, environment, logPath } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  let crashes = 0
  let project = options.project ?? process.cwd()

  function run(): ChildProcess {
    const log = openSync(logPath, 'a')
    const started = spawn(process.execPath, program, {
      cwd: project,
      env: { ...environment, PORT: String(port) },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    endWithUs(started, 'SIGKILL')
    return started
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ending = child
    child = null
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return null
    const ended = once(ending, 'exit')
    ending.kill(signal)
    const [code] = await ended
    return code
  }

  return {
    url,
    logPath,
    crashes: () => crashes,
    async start() {
      for (let starts = 1; starts <= startsMax; starts++) {
        const started = run()
        child = started
        if (await becomesReady(url, started)) {
          started.once('exit', () => {
            if (child === started) crashes++
          })
          return
        }
        await end('SIGKILL')
        await sleep(250)
      }
      throw new Error(`An instance does not start; its log is ${logPath}`)
    },
    moveTo(folder) {
      project = folder
    },
    isReady: () => answersReady(url),
    async ended(withinMs) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      await Promise.race([once(child, 'exit'), sleep(withinMs, undefined, { ref: false })])
    },
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
  }
}

async function becomesReady(url: string, child: ChildProcess): Promise<boolean> {
  const late = AbortSignal.timeout(15_000)
  while (!late.aborted && child.exitCode === null && child.signalCode === null) {
    if (await answersReady(url)) return true
    await sleep(25)
  }
  return false
}

const answersReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ status }) => status === 200,
    () => false,
  )
