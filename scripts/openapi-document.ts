import { buildApp } from '../src/app.ts'
import { INSTRUMENT_TYPES } from '../src/domain/payment-instrument.ts'
import { PROBLEM_TYPE_BASE } from '../src/domain/problems.ts'
import { createLogger } from '../src/logging/logger.ts'

/** The text of openapi/openapi.json, made from what the routes declare. */
export async function openapiDocument(): Promise<string> {
  const notCalled = () => Promise.reject(new Error('only the declarations of the routes are looked at'))
  const notStanding = () => {
    throw new Error('no request is answered')
  }
  const app = await buildApp({
    logger: createLogger('silent'),
    tls: null,
    trustProxy: [],
    rateLimits: { addressPerMinute: 1, callerPerMinute: 1 },
    corsOrigins: [],
    problemTypeBase: PROBLEM_TYPE_BASE,
    verifyCallerToken: notCalled,
    permits: { open: async () => {}, standing: notStanding },
    payOrder: notCalled,
    instruments: new Set(INSTRUMENT_TYPES),
    listPaymentMethods: notCalled,
    listPayments: notCalled,
    getPayment: notCalled,
    // Operations that are there only where they are switched on are published too, and say so.
    checkouts: {
      payCheckout: notCalled,
      listCheckoutMethods: notCalled,
      listCheckoutPayments: notCalled,
      findMadeOrders: notCalled,
    },
    receiveWebhook: notCalled,
    waiting: { begin: notStanding, stop: notStanding },
    now: Date.now,
    isReady: notCalled,
    shutdown: { isLeaving: false, isDraining: false },
    observeRequest: () => {},
  })
  const document: unknown = (await app.inject('/openapi.json')).json()
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}
