import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { callerLimitsOff } from '../support/caller-limits-off.ts'
import { authEnvironment } from '../support/caller-token.ts'
import {
  type ScriptedUpstream,
  type ScriptedUpstreamOptions,
  startScriptedUpstream,
} from '../support/scripted-upstream.ts'
import { calm } from '../support/start-tillgate.ts'

export interface ServiceUnderFuzz {
  readonly app: FastifyInstance
  readonly upstream: ScriptedUpstream
  readonly log: string[]
}

/** The real service, without limits on callers. */
export async function serviceUnderFuzz(options: ScriptedUpstreamOptions = {}): Promise<ServiceUnderFuzz> {
  const upstream = await startScriptedUpstream(options)
  const log: string[] = []
  const service = await compose(
    loadConfig({
      BIGCOMMERCE_STORE_HASH: upstream.storeHash,
      BIGCOMMERCE_ACCESS_TOKEN: 'store-token',
      BIGCOMMERCE_API_URL: upstream.managementUrl,
      BIGCOMMERCE_PAYMENTS_URL: upstream.paymentsUrl,
      BIGCOMMERCE_CLIENT_ID: 'an-app',
      BIGCOMMERCE_CLIENT_SECRET: 'the client secret of an app',
      DATABASE_URL: 'sqlite::memory:',
      PAYMENT_TIMEOUT_MS: '5000',
      PAYMENT_RATE_LIMIT: '1000',
      PAYMENT_RATE_WINDOW_MS: '1000',
      // A refused charge is sent again within this time; thousands of them would take too long.
      PAYMENT_QUEUE_MAX_WAIT_MS: '100',
      ...callerLimitsOff,
      ...authEnvironment,
    }),
    createLogger('error', { write: (line) => void log.push(line) }),
  )
  const app = await buildApp({ ...service.dependencies, loadBounds: calm })
  app.addHook('onClose', () => service.close())
  onTestFinished(async () => {
    await upstream.close()
    await app.close()
  })
  return { app, upstream, log }
}
