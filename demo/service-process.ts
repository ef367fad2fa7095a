import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loopback } from './choose-ports.ts'
import { DemoError } from './demo-error.ts'
import { type ServiceSetup, serviceEnvironment } from './service-environment.ts'

export interface ServiceProcess {
  readonly url: string
  readonly logPath: string
  /** Resolves with the last lines of its log if it ends by itself. */
  readonly crashed: Promise<string>
  /** Lets it finish the charges in progress, then waits for its end. */
  stop(): Promise<void>
  kill(): void
}

const readyWithinMs = 15_000
const logLinesShown = 15

/** Starts the real service with its log in a file. */
export async function startService(setup: ServiceSetup): Promise<ServiceProcess> {
  const logPath = join(setup.folder, 'service.log')
  const child = spawnService(setup, logPath)
  let isStopping = false
  const ended = once(child, 'exit')
  const crashed = ended.then(() =>
    isStopping ? new Promise<never>(() => {}) : lastLines(logPath, logLinesShown),
  )
  const service: ServiceProcess = {
    url: `http://${loopback}:${setup.port}`,
    logPath,
    crashed,
    async stop() {
      isStopping = true
      child.kill('SIGTERM')
      await ended
    },
    kill: () => void child.kill('SIGKILL'),
  }
  // However the demo ends, the service ends with it.
  process.once('exit', service.kill)
  await untilReady(service).catch(async (error) => {
    await service.stop()
    throw error
  })
  return service
}

function spawnService(setup: ServiceSetup, logPath: string): ChildProcess {
  const log = openSync(logPath, 'a')
  try {
    return spawn(process.execPath, ['src/main.ts'], {
      cwd: join(import.meta.dirname, '..'),
      env: serviceEnvironment(setup),
      stdio: ['ignore', log, log],
      // A process group of its own: Ctrl-C goes to the whole group, and the demo stops the service itself, in order.
      detached: true,
      windowsHide: true,
    })
  } finally {
    closeSync(log)
  }
}

async function untilReady({ url, crashed, logPath }: ServiceProcess): Promise<void> {
  const failed = crashed.then((lines) => {
    throw new DemoError(`The service could not start. Its log ends with:\n\n${lines}`)
  })
  const late = AbortSignal.timeout(readyWithinMs)
  while (!late.aborted) {
    const isReady = fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
    if (await Promise.race([isReady, failed])) return
    await sleep(25)
  }
  const lines = lastLines(logPath, logLinesShown)
  throw new DemoError(
    `The service is not ready after ${readyWithinMs / 1000} s. Its log ends with:\n\n${lines}`,
  )
}

function lastLines(path: string, count: number): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
}
