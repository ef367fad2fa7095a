import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { type AppDependencies, buildApp } from '../../src/app.ts'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { createCallApi } from './call-api.ts'
import { authEnvironment } from './caller-token.ts'
import { newPostgresDatabase } from './postgres.ts'

export interface FleetOptions {
  readonly sandbox?: SandboxOptions
  /** Variables that differ from the test's defaults. */
  readonly environment?: Record<string, string>
  readonly replace?: Partial<AppDependencies>
}

/** Instances that can be started and stopped one by one, on one Postgres database, before one BigCommerce. */
export async function openFleet({
  sandbox: options = {},
  environment = {},
  replace = {},
}: FleetOptions = {}) {
  const database = await newPostgresDatabase()
  const sandbox = await startSandbox(options)
  const closing: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    await Promise.all(closing.map((close) => close()))
    await sandbox.close()
    await database.drop()
  })

  async function start() {
    const service = await compose(
      loadConfig({
        ...storeVariables(sandbox),
        DATABASE_URL: database.url,
        ADDRESS_RATE_LIMIT: '0',
        CALLER_RATE_LIMIT: '0',
        ...authEnvironment,
        ...environment,
      }),
      createLogger('silent'),
    )
    const app = await buildApp({ ...service.dependencies, ...replace })
    app.addHook('onClose', () => service.close())
    const call = createCallApi(await app.listen({ host: '127.0.0.1', port: 0 }))
    const close = () => app.close()
    closing.push(close)
    return { call, service, close }
  }
  return { sandbox, start }
}
