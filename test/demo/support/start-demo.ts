import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

export interface RunningDemo {
  readonly process: ChildProcess
  readonly output: () => string
  readonly exitCode: Promise<number | null>
  readonly pageUrl: string
  readonly apiUrl: string
  readonly chargesUrl: string
  readonly folder: string
  /** What its `export` lines would set in a shell. */
  readonly shellVariables: Readonly<Record<string, string>>
  /** Stops it as Ctrl-C would, and tells its exit code. */
  stop(): Promise<number | null>
}

export interface EndedDemo {
  readonly output: () => string
  readonly exitCode: Promise<number | null>
}

/** Free ports only, so that tests run beside each other and beside a running demo. */
const freePorts = {
  DEMO_PORT: '0',
  DEMO_API_PORT: '0',
  DEMO_SANDBOX_PORT: '',
  DEMO_SANDBOX_PAYMENTS_PORT: '',
}

/** The demo as a process of its own, as `npm run demo` starts it. */
export function spawnDemo(environment: Record<string, string> = {}): EndedDemo & { process: ChildProcess } {
  const child = spawn(process.execPath, ['demo/main.ts'], {
    cwd: root,
    env: { ...process.env, ...freePorts, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  return { process: child, output: () => output, exitCode }
}

export async function startDemo(environment: Record<string, string> = {}): Promise<RunningDemo> {
  const demo = spawnDemo(environment)
  const ended = demo.exitCode.then(() => {
    throw new Error(`The demo ended before it was ready:\n${demo.output()}`)
  })
  while (!demo.output().includes('Ctrl-C stops everything')) {
    await Promise.race([once(demo.process.stdout ?? process.stdin, 'data'), ended])
  }
  ended.catch(() => {})
  const text = demo.output()
  const logPath = named(text, 'Service log')
  if (!existsSync(logPath)) throw new Error(`There is no log at ${logPath}.`)
  return {
    ...demo,
    pageUrl: named(text, 'Checkout page'),
    apiUrl: named(text, 'API reference').replace(/\/docs$/, ''),
    chargesUrl: named(text, 'Real charges'),
    folder: dirname(logPath),
    shellVariables: exportedBy(text),
    async stop() {
      demo.process.kill('SIGINT')
      return demo.exitCode
    },
  }
}

function named(text: string, name: string): string {
  const found = new RegExp(`^  ${name} +(\\S+)$`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`The demo does not print its ${name}:\n${text}`)
  return found
}

/** Lines of words without quotes, as bash would read them. */
const exportedBy = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^export (.+)$/gm)].flatMap(([, words = '']) =>
      [...words.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    ),
  )
