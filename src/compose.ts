import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { createPermitStore } from './allowance/permit-store.ts'
import { createPermits } from './allowance/permits.ts'
import { SEND_WITHIN_MS } from './allowance/rule.ts'
import type { AppDependencies } from './app.ts'
import { createCallHeaders } from './clients/bigcommerce/call-headers.ts'
import { createManagementApi } from './clients/bigcommerce/management-api.ts'
import { createManagementHttp } from './clients/bigcommerce/management-call.ts'
import { createManagementGate, type ManagementGateOptions } from './clients/bigcommerce/management-gate.ts'
import { createPaymentsApi } from './clients/bigcommerce/payments-api.ts'
import { createVerifyWebhook, refuseWebhook } from './clients/identity/webhooks.ts'
import { composeIdentity } from './compose-identity.ts'
import type { Config } from './config/config.ts'
import { createRenewable, renewAll } from './config/renewable.ts'
import { schedule } from './domain/clock.ts'
import { isSameSealed } from './domain/sealed.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { createAuthorizeOrder } from './services/authorize-order.ts'
import { createAuthorizePayment } from './services/authorize-payment.ts'
import { createVelocityGate } from './services/card-testing.ts'
import { createInFlight } from './services/in-flight.ts'
import { createKeyedDigest } from './services/keyed-digest.ts'
import { createListPaymentMethods } from './services/list-payment-methods.ts'
import { createGetPayment, createListPayments } from './services/list-payments.ts'
import { withOpaqueDeclines } from './services/opaque-declines.ts'
import { createPayOrder } from './services/pay-order.ts'
import { createPreparePayment } from './services/prepare-payment.ts'
import { createReceiveWebhook } from './services/receive-webhook.ts'
import { createReconcileAttempt } from './services/reconcile-attempt.ts'
import { createReconciliationLoop } from './services/reconciliation-loop.ts'
import { migrateDatabase, openDatabase } from './stores/engine/database.ts'
import { isMigrated } from './stores/engine/migrations.ts'
import { createLedger } from './stores/ledger.ts'
import { version } from './version.ts'

/** A service put together, and the way to take it apart again. */
export interface Service {
  readonly dependencies: AppDependencies
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape' | 'showProcess'>
  /** Reads again what came from files and may be rotated: the store's token and the key of caller tokens. */
  renew(): void
  /** Begins to look up at BigCommerce what is not known yet. */
  startReconciling(): void
  /** From now on not ready, and no new charges. */
  drain(): void
  /** Waits for the charges under way, then closes what was opened, last first. */
  close(): Promise<void>
}

/** Longer than any instance takes from claiming to sending: the gate, two tries for the PAT, and the time to write. */
const preparingMsMax = 30_000
/** Beyond the wait for an answer: the time to write it down. */
const settlingMsMax = 15_000

/** By the clock and the timers of the process. */
const processTime = { now: () => performance.now(), schedule, random: Math.random }

/**
 * The composition root: the only place that says `create…`.
 *
 * @param managementTime the clock of the management quota, whose windows last half a minute.
 */
export async function compose(
  config: Config,
  logger: Logger,
  managementTime: ManagementGateOptions = processTime,
): Promise<Service> {
  const { storeHash, apiUrl, paymentsUrl, trustedProxySecret } = config.bigcommerce
  const { databaseUrl, migrateOnStart, renewals, velocity } = config
  const metrics = createMetrics()
  const database = openDatabase(
    databaseUrl,
    (err) => logger.warn({ err }, 'database connection lost'),
    metrics.showConnections('database'),
  )
  if (migrateOnStart) {
    await migrateDatabase(databaseUrl, database, {
      onLockedOut: () => logger.warn('migration waits for a lock'),
    })
  }
  const { attempts, unsettled, holds } = metrics.ledger(
    createLedger({
      database,
      storeHash,
      now: Date.now,
      velocityWindowMs: velocity.windowMs,
      orderFailuresMax: velocity.orderAttempts,
    }),
  )

  const callHeaders = createCallHeaders({ userAgent: `Tillgate/${version}`, trustedProxySecret })
  const accessToken = createRenewable(config.bigcommerce.accessToken, renewals.accessToken, isSameSealed)
  const gate = createManagementGate(managementTime)
  const managementHttp = createManagementHttp({
    url: apiUrl,
    accessToken,
    gate,
    watchConnections: metrics.showConnections('management'),
    callHeaders,
  })
  const managementApi = metrics.management(createManagementApi(managementHttp))
  const { paymentTimeoutMs, paymentRate, instruments } = config
  const paymentsApi = metrics.charges(createPaymentsApi({ url: paymentsUrl, paymentTimeoutMs, callHeaders }))

  const { limit, windowMs, marginMs, queueMaxWaitMs } = paymentRate
  const shared = { instance: randomUUID(), limit, rule: { windowMs, marginMs, sendWithinMs: SEND_WITHIN_MS } }
  const permitStore = createPermitStore({ ...shared, database, storeHash })
  const permits = metrics.permits(
    createPermits({
      ...shared,
      store: permitStore,
      maxWaitMs: queueMaxWaitMs,
      ...processTime,
      log: logger,
    }),
  )

  const authorizeOrder = createAuthorizeOrder(managementApi)
  const preparePayment = createPreparePayment({ managementApi, attempts, storeHash })
  const payOrder = createPayOrder({
    attempts: metrics.ends(attempts),
    velocityGate: createVelocityGate({
      holds,
      limits: velocity,
      digest: createKeyedDigest(config.bigcommerce.accessToken, `velocity of ${storeHash}`),
    }),
    authorizePayment: createAuthorizePayment({ authorizeOrder, managementApi, isAtEase: gate.isAtEase }),
    preparePayment,
    permits,
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
    holds,
    reconcileAttempt: metrics.reconcileAttempt(
      createReconcileAttempt({ managementApi, attempts, unsettled, now: Date.now, log: logger }),
    ),
    stillFor: { claimedMs: preparingMsMax + queueMaxWaitMs, sendingMs: paymentTimeoutMs + settlingMsMax },
    now: Date.now,
    sleep: (forMs, signal) => setTimeout(forMs, undefined, { signal }).catch(() => {}),
    log: logger,
  })

  const { verifyCallerToken, publicKey } = composeIdentity(config)
  // What is counted is told in full.
  const plain = { payOrder: metrics.payOrder(payOrder), listPayments }
  const told = config.hasOpaqueDeclines ? withOpaqueDeclines(plain) : plain
  const inFlight = createInFlight()
  let isDraining = false
  const isReady = async () => !isDraining && (await isMigrated(database).catch(() => false))
  metrics.show({ gate: gate.standing, permits: permitStore.outlook, unsettled: unsettled.count, isReady })
  return {
    metrics,
    dependencies: {
      logger,
      tls: config.tls,
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      rateLimits: config.rateLimits,
      verifyCallerToken,
      instruments,
      permits,
      payOrder: inFlight.track(told.payOrder),
      listPaymentMethods,
      listPayments: told.listPayments,
      getPayment: createGetPayment(told.listPayments),
      receiveWebhook: createReceiveWebhook({ verifyWebhook, unsettled }),
      isReady,
      observeRequest: metrics.observeRequest,
      isDraining: () => isDraining,
    },
    drain() {
      isDraining = true
    },
    renew() {
      renewAll({ accessToken, publicKey }, logger)
    },
    startReconciling: reconciliation.start,
    async close() {
      await reconciliation.stop()
      await inFlight.idle()
      await permits.idle()
      await managementHttp.close()
      await database.destroy()
    },
  }
}
