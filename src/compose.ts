import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AppDependencies } from './app.ts'
import { createManagementApi } from './clients/bigcommerce/management-api.ts'
import { createManagementHttp } from './clients/bigcommerce/management-http.ts'
import { createPaymentsApi } from './clients/bigcommerce/payments-api.ts'
import { createShopperHeaders } from './clients/bigcommerce/shopper-headers.ts'
import { createVerifyByIssuer } from './clients/identity/by-issuer.ts'
import { type CallerTokenKey, createVerifyCallerTokens } from './clients/identity/caller-tokens.ts'
import { createVerifyCurrentCustomerTokens } from './clients/identity/current-customer-tokens.ts'
import { createFetchKeys } from './clients/identity/fetch-keys.ts'
import { createPublishedKeys } from './clients/identity/published-keys.ts'
import { createVerifyWebhook, refuseWebhook } from './clients/identity/webhooks.ts'
import type { AuthKey } from './config/auth-key.ts'
import type { Config } from './config.ts'
import type { VerifyCallerToken } from './domain/caller.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { createAuthorizeOrder } from './services/authorize-order.ts'
import { createInFlight } from './services/in-flight.ts'
import { createListPaymentMethods } from './services/list-payment-methods.ts'
import { createGetPayment, createListPayments } from './services/list-payments.ts'
import { createPayOrder } from './services/pay-order.ts'
import { createPreparePayment } from './services/prepare-payment.ts'
import { createReceiveWebhook } from './services/receive-webhook.ts'
import { createReconcileAttempt } from './services/reconcile-attempt.ts'
import { createReconciliationLoop } from './services/reconciliation-loop.ts'
import { createCountUnsettled } from './stores/count-unsettled.ts'
import { migrateDatabase, openDatabase } from './stores/database.ts'
import { isMigrated } from './stores/migrate.ts'
import { createPaymentAttempts } from './stores/payment-attempts.ts'
import { createUnsettledAttempts } from './stores/unsettled-attempts.ts'
import { version } from './version.ts'

/** A service put together, and the way to take it apart again. */
export interface Service {
  readonly dependencies: AppDependencies
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape' | 'watchProcess'>
  /** Begins to look up at BigCommerce what is not known yet. */
  startReconciling(): void
  /** From now on not ready, and no new charges. */
  drain(): void
  /** Waits for the charges under way, then closes what was opened, last first. */
  close(): Promise<void>
}

/** Longer than any instance takes from claiming to sending: two tries for the PAT and the time to write. */
const preparingMsMax = 30_000
/** Beyond the wait for an answer: the time to write it down. */
const settlingMsMax = 15_000

/** The composition root: the only place that says `create…`. */
export async function compose(config: Config, logger: Logger): Promise<Service> {
  const { storeHash, accessToken, apiUrl, paymentsUrl, trustedProxySecret } = config.bigcommerce
  const { databaseUrl, migrateOnStart } = config
  const metrics = createMetrics()
  const database = openDatabase(
    databaseUrl,
    (err) => logger.warn({ err }, 'database connection lost'),
    metrics.watchConnections('database'),
  )
  if (migrateOnStart) await migrateDatabase(databaseUrl, database)
  const ledger = { database, storeHash, now: Date.now }
  const attempts = metrics.watchStore(createPaymentAttempts(ledger))
  const unsettled = createUnsettledAttempts(ledger)

  const toUpstream = {
    userAgent: `Tillgate/${version}`,
    shopperHeaders: createShopperHeaders(trustedProxySecret),
  }
  const managementHttp = createManagementHttp({
    url: apiUrl,
    accessToken,
    watchConnections: metrics.watchConnections('management'),
    ...toUpstream,
  })
  const managementApi = metrics.watchManagement(createManagementApi(managementHttp))
  const { paymentTimeoutMs, instruments } = config
  const paymentsApi = metrics.watchCharges(
    createPaymentsApi({ url: paymentsUrl, paymentTimeoutMs, ...toUpstream }),
  )

  const authorizeOrder = createAuthorizeOrder(managementApi)
  const preparePayment = createPreparePayment({ managementApi, attempts, storeHash })
  const payOrder = createPayOrder({
    attempts: metrics.countEnds(attempts),
    authorizeOrder,
    preparePayment,
    paymentsApi,
    newId: randomUUID,
    instruments,
  })
  const listPaymentMethods = createListPaymentMethods({
    managementApi,
    attempts,
    authorizeOrder,
    instruments,
  })

  const listPayments = createListPayments({ attempts, unsettled, authorizeOrder })
  const { app } = config.bigcommerce
  const verifyWebhook = app ? createVerifyWebhook(app.clientSecret, storeHash) : refuseWebhook

  const reconciliation = createReconciliationLoop({
    unsettled,
    reconcileAttempt: createReconcileAttempt({
      managementApi,
      attempts,
      unsettled,
      now: Date.now,
      log: logger,
      observe: metrics.observeReconciliation,
    }),
    stillFor: { claimedMs: preparingMsMax, sendingMs: paymentTimeoutMs + settlingMsMax },
    now: Date.now,
    sleep: (forMs, signal) => setTimeout(forMs, undefined, { signal }).catch(() => {}),
    log: logger,
  })

  const inFlight = createInFlight()
  let isDraining = false
  const isReady = async () => !isDraining && (await isMigrated(database).catch(() => false))
  metrics.watchLedger({ countUnsettled: createCountUnsettled(ledger), isReady })
  return {
    metrics,
    dependencies: {
      logger,
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      rateLimits: config.rateLimits,
      verifyCallerToken: verifierOf(config),
      payOrder: metrics.countAnswers(inFlight.track(payOrder)),
      listPaymentMethods,
      listPayments,
      getPayment: createGetPayment(listPayments),
      receiveWebhook: createReceiveWebhook({ verifyWebhook, unsettled }),
      isReady,
      observeRequest: metrics.observeRequest,
      isDraining: () => isDraining,
    },
    drain() {
      isDraining = true
    },
    startReconciling: reconciliation.start,
    async close() {
      await reconciliation.stop()
      await inFlight.idle()
      await managementHttp.close()
      await database.destroy()
    },
  }
}

function verifierOf({ auth, bigcommerce }: Config): VerifyCallerToken {
  const { issuer, audience } = auth
  const callerTokens = createVerifyCallerTokens({ issuer, audience, key: keyOf(auth.key), now: Date.now })
  if (!bigcommerce.app) return callerTokens
  const { storeHash, app } = bigcommerce
  return createVerifyByIssuer(
    callerTokens,
    createVerifyCurrentCustomerTokens({ ...app, storeHash, now: Date.now }),
  )
}

function keyOf(key: AuthKey): CallerTokenKey {
  switch (key.kind) {
    case 'secret':
      return { kind: 'secret', secret: new TextEncoder().encode(key.secret) }
    case 'public':
      return key
    case 'set':
      return {
        kind: 'set',
        getKey: createPublishedKeys({ fetchKeys: createFetchKeys(key.url), now: Date.now }),
      }
    default:
      return key satisfies never
  }
}
