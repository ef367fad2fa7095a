import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { type AppDependencies, buildApp } from '../../src/app.ts'
import type { ManagementGateOptions } from '../../src/clients/bigcommerce/management-gate.ts'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { type CallApi, createCallApi } from './call-api.ts'
import { authEnvironment } from './caller-token.ts'

export interface Tillgate {
  readonly sandbox: Sandbox
  /** Address of the service, listening like in production. */
  readonly url: string
  readonly call: CallApi
  /** What has been logged, line by line. */
  readonly log: string[]
  /** The lines that Prometheus would read now. */
  metrics(): Promise<string[]>
  /** Stops taking new charges, as a signal does. */
  drain(): void
  /** Closes the service, as a signal does after draining. */
  close(): Promise<void>
  /** Node's server under the service, for its own time limits. */
  readonly server: Server
}

export interface TillgateOptions {
  readonly sandbox?: SandboxOptions
  /** Variables that differ from the test's defaults. */
  readonly environment?: Record<string, string>
  /** Whether payments whose end is not known are looked up, as they are in production. */
  readonly reconciles?: boolean
  /** The clock of the management quota, where a test does not want to wait for it. */
  readonly managementTime?: ManagementGateOptions
  /** Breaks a part on purpose. */
  readonly replace?: Partial<AppDependencies>
  /** The test's own, where tests run at the same time: the one of vitest does not know then which of them is meant. */
  readonly onTestFinished?: typeof onTestFinished
}

/**
 * A test sends the traffic of many callers from one address, and often as one caller. Tests of the limits set their own; `''`
 * means the default.
 */
const noLimits = {
  ADDRESS_RATE_LIMIT: '0',
  CALLER_RATE_LIMIT: '0',
  VELOCITY_ORDER_ATTEMPTS: '0',
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
}

/** While other tests keep the machine busy, the service must not think that it is overloaded. */
export const calm = { eventLoopDelayMs: () => 0 }

/**
 * Starts a sandbox and the service that ships, over real HTTP and a database in memory, and takes them down when the
 * test ends.
 */
export async function startTillgate(options: TillgateOptions = {}): Promise<Tillgate> {
  const sandbox = await startSandbox(options.sandbox ?? {})
  const log: string[] = []
  const service = await compose(
    loadConfig({
      ...storeVariables(sandbox),
      DATABASE_URL: 'sqlite::memory:',
      LEDGER_MARK_DIR: join(tmpdir(), 'tillgate-test-marks'),
      LOG_LEVEL: 'trace',
      ...noLimits,
      ...authEnvironment,
      ...options.environment,
    }),
    createLogger(options.environment?.LOG_LEVEL ?? 'trace', { write: (line) => void log.push(line) }),
    options.managementTime,
  )
  const app = await buildApp({ ...service.dependencies, loadBounds: calm, ...options.replace })
  app.addHook('onClose', () => service.close())
  const onEnd = options.onTestFinished ?? onTestFinished
  onEnd(async () => {
    await sandbox.close()
    await app.close()
  })
  if (options.reconciles) service.startBackgroundWork()
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const metrics = async () => (await service.metrics.scrape()).split('\n')
  const call = createCallApi(url)
  const close = () => app.close()
  return { sandbox, url, call, log, metrics, drain: service.drain, close, server: app.server }
}
