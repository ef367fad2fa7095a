import { createFaultList } from './faults/fault-list.ts'
import type { ResolvedOptions } from './options.ts'
import { createAccessTokens } from './state/access-tokens.ts'
import { createCharges } from './state/charges.ts'
import { createCheckouts } from './state/checkouts.ts'
import { createClock } from './state/clock.ts'
import { createHooks } from './state/hooks.ts'
import { createManagementQuota } from './state/management-quota.ts'
import { createOddFields } from './state/odd-fields.ts'
import { createOrders } from './state/orders.ts'
import { createPaymentWindow } from './state/payment-window.ts'
import { createRequestLog, createViolations } from './state/request-log.ts'
import { DEFAULT_SETTINGS, type Settings } from './state/settings.ts'
import { createShoppers } from './state/shoppers.ts'
import { createTransactions } from './state/transactions.ts'

export type World = ReturnType<typeof createWorld>

/** Everything that a reset throws away. */
export function createWorld(options: ResolvedOptions) {
  const { storeHash, firstOrderId, rateLimit } = options
  const clock = createClock(options.now)
  const { now } = clock
  // What is measured goes by the real time, or a moved clock would empty the windows.
  const measuredBy = { now: options.now }
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    scopes: [...options.scopes],
    claim_ids: options.claimIds,
  }
  return {
    clock,
    now,
    settings,
    orders: createOrders({ firstOrderId, now }),
    checkouts: createCheckouts({ now }),
    accessTokens: createAccessTokens({ storeHash, now }),
    charges: createCharges({ now }),
    transactions: createTransactions({ now }),
    shoppers: createShoppers({ now }),
    hooks: createHooks({ storeHash, now }),
    faults: createFaultList(),
    oddFields: createOddFields(),
    requests: createRequestLog(measuredBy),
    violations: createViolations(measuredBy),
    paymentWindow: createPaymentWindow({ ...rateLimit, ...measuredBy }),
    managementQuota: createManagementQuota(measuredBy),
  }
}
