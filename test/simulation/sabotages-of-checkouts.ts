import type { OrderMaking } from '../../src/clients/bigcommerce/checkouts-api.ts'
import type { RequestContext } from '../../src/request-context.ts'
import type { FaultOfThePast } from './sabotages-of-the-past.ts'
import type { Scenario } from './scenario/scenario.ts'
import type { NodeParts, Sabotage } from './service/sabotage.ts'

type CheckoutsApi = NodeParts['checkoutsApi']

const asking = (change: (api: CheckoutsApi) => Partial<CheckoutsApi>): Sabotage => ({
  parts: (parts) => ({ ...parts, checkoutsApi: { ...parts.checkoutsApi, ...change(parts.checkoutsApi) } }),
})

/** Most answers to makings are lost, and no cart is there but as a checkout. */
const withLostMakings = (scenario: Scenario): Scenario => ({
  ...scenario,
  faults: { ...scenario.faults, making_answer_lost: 0.4, making_error_after: 0.4, making_request_late: 0.3 },
  hazards: {
    ...scenario.hazards,
    checkouts: scenario.hazards.checkouts && { ...scenario.hazards.checkouts, madeBefore: 0, share: 1 },
  },
})

/** Two carts that cost the same, and shoppers at both. */
const withTwoAlike = (scenario: Scenario): Scenario => {
  const [order] = scenario.orders
  const lost = withLostMakings(scenario)
  return {
    ...lost,
    orders: order ? [order, order] : [],
    shoppers: [...lost.shoppers, ...lost.shoppers].map((shopper, index) => ({
      ...shopper,
      orderIndex: index % 2,
    })),
    hazards: { ...lost.hazards, isOneCheckout: false },
  }
}

/** Processes stand still for longer than others wait for them. */
const withStalls = (scenario: Scenario): Scenario => {
  const lost = withLostMakings(scenario)
  return { ...lost, nodes: 3, faults: { node_stall: 0.1 }, healAtMs: 150 * 60_000 }
}

const yearMs = 365 * 24 * 60 * 60_000

const isLost = ({ kind }: OrderMaking) => kind === 'unknown'

/** What a service that pays checkouts may get wrong. */
export const FAULTS_OF_CHECKOUTS: Readonly<Record<string, FaultOfThePast>> = {
  'has orders made without a fence': {
    breaks: '6:',
    always: ['checkouts'],
    sharpen: withLostMakings,
    plant: {
      calls: (calls, { checkouts, makings }) => ({
        ...calls,
        claimOrdering(nowMs, scope, fingerprint, ordering) {
          checkouts.delete(ordering.checkoutId)
          for (const making of makings.values())
            if (making.checkoutId === ordering.checkoutId) making.nextLookAtMs = null
          return calls.claimOrdering(nowMs, scope, fingerprint, ordering)
        },
      }),
    },
  },
  'has an order made before that is on record': {
    breaks: '6:',
    always: ['checkouts'],
    plant: {
      calls: (calls, { makings }) => ({
        ...calls,
        claimOrdering(...asked) {
          const claim = calls.claimOrdering(...asked)
          if (claim.kind === 'claimed') makings.delete(claim.attempt.id)
          return claim
        },
      }),
    },
  },
  'has an order made again without looking': {
    breaks: '6:',
    always: ['checkouts'],
    sharpen: withLostMakings,
    plant: asking(({ makeOrder }) => ({
      async makeOrder(...asked) {
        const making = await makeOrder(...asked)
        return isLost(making) ? makeOrder(...asked) : making
      },
    })),
  },
  'takes a lost answer for an order that was not made': {
    breaks: '6:',
    always: ['checkouts'],
    sharpen: withLostMakings,
    plant: asking(({ makeOrder }) => ({
      async makeOrder(...asked) {
        const making = await makeOrder(...asked)
        return isLost(making) ? { kind: 'not_made' as const, why: 'not_ready' as const } : making
      },
    })),
  },
  'finds the order by its number and not by its cart': {
    breaks: '1:',
    always: ['checkouts'],
    sharpen: withTwoAlike,
    plant: {
      parts: (parts) => ({
        ...parts,
        checkoutsApi: {
          ...parts.checkoutsApi,
          async listOrdersOfCart(checkoutId, context) {
            const own = await parts.checkoutsApi.listOrdersOfCart(checkoutId, context)
            const newest = await newestOrder(parts, context)
            return newest && own.every(({ id }) => id !== newest.id) ? [...own, newest] : own
          },
        },
      }),
    },
  },
  'has orders made by recovery': {
    breaks: '6:',
    always: ['checkouts'],
    sharpen: withLostMakings,
    plant: {
      parts: (parts) => {
        const asked = new Map<string, RequestContext>()
        return {
          ...parts,
          checkoutsApi: {
            ...parts.checkoutsApi,
            makeOrder(checkoutId, context) {
              asked.set(checkoutId, context)
              return parts.checkoutsApi.makeOrder(checkoutId, context)
            },
            async listOrdersOfCart(checkoutId, context) {
              const orders = await parts.checkoutsApi.listOrdersOfCart(checkoutId, context)
              const before = asked.get(checkoutId)
              if (context.caller !== 'reconciliation' || orders.length > 0 || !before) return orders
              await parts.checkoutsApi.makeOrder(checkoutId, before)
              return orders
            },
          },
        }
      },
    },
  },
  'lets a process that wakes late bind the checkout': {
    breaks: '',
    always: ['checkouts'],
    sharpen: withStalls,
    plant: {
      calls: (calls, { byId, checkouts, makings }) => ({
        ...calls,
        noteMade(nowMs, attemptId, orderId) {
          const making = makings.get(attemptId)
          const row = byId.get(attemptId)
          if (making) checkouts.set(making.checkoutId, { orderId: null, holder: attemptId })
          if (row?.status === 'not_sent') row.status = 'claimed'
          return calls.noteMade(nowMs, attemptId, orderId)
        },
      }),
    },
  },
  'never looks for an order whose answer was lost': {
    breaks: '3:',
    always: ['checkouts'],
    sharpen: withLostMakings,
    plant: {
      calls: (calls, { makings }) => ({
        ...calls,
        leaseMakings(nowMs, limit) {
          for (const { attempt } of calls.leaseMakings(nowMs, limit)) {
            const making = makings.get(attempt.id)
            // Not at all would keep the loop busy for all of the days.
            if (making) making.nextLookAtMs = nowMs + yearMs
          }
          return []
        },
      }),
    },
  },
}

/** Of the whole store: the world's orders are numbered from a hundred up. */
async function newestOrder({ managementApi }: NodeParts, context: RequestContext) {
  for (let id = 107; id >= 100; id--) {
    const order = await managementApi.getOrder(id, context).catch(() => null)
    if (order) return order
  }
  return null
}
