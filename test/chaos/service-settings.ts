import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { callerLimitsOff } from '../support/caller-limits-off.ts'
import { authEnvironment } from '../support/caller-token.ts'

/** Long enough for a gateway that is merely slow, short enough that a run sees many outcomes get lost. */
export const paymentTimeoutMs = 1_500

/**
 * What every instance is told. The limits on callers are off: the runner is one address with the traffic of many, and
 * its shoppers try more cards than a cautious store allows.
 */
export const serviceSettings = (sandbox: Sandbox, databaseUrl: string): Record<string, string> => ({
  HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  ...storeVariables(sandbox),
  DATABASE_URL: databaseUrl,
  PAYMENT_TIMEOUT_MS: String(paymentTimeoutMs),
  LOG_LEVEL: 'info',
  ...callerLimitsOff,
  // Hundreds of starts: compiling each time would only heat the machine.
  NODE_COMPILE_CACHE: join(tmpdir(), 'tillgate-chaos-compiled'),
  ...authEnvironment,
})
