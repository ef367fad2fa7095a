import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { authEnvironment } from '../../test/support/caller-token.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'
import type { Upstream } from './upstream.ts'

/** `before` is another build of Tillgate, where one is given to compare with. */
export type TargetName = 'bare' | 'tillgate' | 'before' | 'proxy'

export interface Surroundings {
  readonly upstream: Upstream
  /** For ledgers and whatever else is written. */
  readonly folder: string
  /** The main.js of another build. */
  readonly before: string | undefined
  /** The bare handler as one file, which starts as fast as it can. */
  readonly bareFile: string
}

export interface TargetOptions {
  readonly databaseUrl: string
  /** Beside those of a service whose limits refuse nothing. */
  readonly environment?: Readonly<Record<string, string>>
  /** Opens node's inspector there, for which the program runs without node's permission model. */
  readonly inspectPort?: number
}

export const root = join(import.meta.dirname, '../..')

export function startTarget(
  name: TargetName,
  surroundings: Surroundings,
  { databaseUrl, environment = {}, inspectPort }: TargetOptions,
): Promise<MeasuredProcess> {
  const { upstream, before = '', bareFile, folder } = surroundings
  switch (name) {
    case 'bare':
      return startMeasured({ program: [bareFile], environment: peerEnvironment(upstream) })
    case 'proxy':
      return startMeasured({
        program: [join(import.meta.dirname, 'proxy.ts')],
        environment: peerEnvironment(upstream),
      })
    default: {
      const isFree = (flag: string) => !/^--(permission|allow-)/.test(flag)
      const home = name === 'before' ? dirname(dirname(before)) : root
      const command = imageCommand(home, folder)
      return startMeasured({
        program:
          inspectPort === undefined
            ? command
            : [`--inspect=127.0.0.1:${inspectPort}`, ...command.filter(isFree)],
        environment: {
          ...imageVariables(home),
          ...tillgateEnvironment(upstream, databaseUrl, folder),
          ...environment,
        },
      })
    }
  }
}

const dockerfileOf = (home: string) => readFileSync(join(home, 'Dockerfile'), 'utf8').replaceAll('\\\n', '')

/** The variables that the image of that version sets. */
const imageVariables = (home: string): Record<string, string> =>
  Object.fromEntries(
    [...dockerfileOf(home).matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) =>
      pairs
        .trim()
        .split(/\s+/)
        .map((pair) => pair.split(/=(.*)/).slice(0, 2)),
    ),
  )

/** The arguments of node by which the image of that version starts it, with this machine's folders for the image's. */
function imageCommand(home: string, folder: string): string[] {
  const command = [...dockerfileOf(home).matchAll(/^CMD (\[.*\])$/gm)].at(-1)?.[1] ?? '[]'
  const [, ...args] = JSON.parse(command) as string[]
  // Packages may be linked from another folder.
  const packages = realpathSync(join(home, 'node_modules'))
  return [
    `--allow-fs-read=${packages}`,
    ...args.map((arg) =>
      arg.startsWith('dist/')
        ? join(home, arg)
        : arg.replace(/=\/app\b/, `=${home}`).replace(/=\/data\b/, `=${folder}`),
    ),
  ]
}

const peerEnvironment = ({ accessToken, managementUrl, paymentsUrl }: Upstream) => ({
  STORE_TOKEN: accessToken,
  MANAGEMENT_URL: managementUrl,
  PAYMENTS_URL: paymentsUrl,
})

/**
 * As in production, except that the limits are so high that they refuse nothing. There are as many permits as in
 * production, but they come back sooner: each is a row of the ledger, and thousands of rows would be measured instead.
 */
function tillgateEnvironment(upstream: Upstream, databaseUrl: string, folder: string) {
  const markFolder = join(folder, 'marks')
  mkdirSync(markFolder, { recursive: true })
  return {
    ...authEnvironment,
    ...storeVariables(upstream),
    DATABASE_URL: databaseUrl,
    LEDGER_MARK_DIR: markFolder,
    ADDRESS_RATE_LIMIT: '1000000',
    CALLER_RATE_LIMIT: '1000000',
    PAYMENT_RATE_WINDOW_MS: '100',
    VELOCITY_ORDER_ATTEMPTS: '0',
    VELOCITY_CALLER_DECLINES: '0',
    VELOCITY_ADDRESS_DECLINES: '0',
  }
}
