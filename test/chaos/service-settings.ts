import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { callerLimitsOff } from '../support/caller-limits-off.ts'
import { compiled } from '../support/compiled.ts'

/** Long enough for a gateway that is merely slow, short enough that a run sees many outcomes get lost. */
export const paymentTimeoutMs = 1_500

/** As in a store: what ends as unknown must use none of it up. */
const cardTestingLimits = {
  VELOCITY_ORDER_ATTEMPTS: '5',
  VELOCITY_CALLER_DECLINES: '10',
  VELOCITY_ADDRESS_DECLINES: '30',
} as const

export interface ServiceSettingsOptions {
  /** How callers show who they are. */
  readonly auth: Readonly<Record<string, string>>
  /** Whether the limits on card testing are on: not where shoppers try more cards than a cautious store allows. */
  readonly hasCardTestingLimits?: boolean
}

/** What every instance is told. The limits on callers are off: the runner is one address with the traffic of many. */
export const serviceSettings = (
  sandbox: Sandbox,
  databaseUrl: string,
  { auth, hasCardTestingLimits = false }: ServiceSettingsOptions,
): Record<string, string> => ({
  HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  ...storeVariables(sandbox),
  DATABASE_URL: databaseUrl,
  PAYMENT_TIMEOUT_MS: String(paymentTimeoutMs),
  CHECKOUT_PAYMENTS: 'true',
  LOG_LEVEL: 'info',
  ...callerLimitsOff,
  ...(hasCardTestingLimits ? cardTestingLimits : {}),
  ...compiled,
  ...auth,
})
