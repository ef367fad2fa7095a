import { type KeyObject, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { schedule } from './allowance/clocks.ts'
import { createPermitStore } from './allowance/permit-store.ts'
import { createPermits } from './allowance/permits.ts'
import { SEND_WITHIN_MS } from './allowance/rule.ts'
import type { AppDependencies } from './app.ts'
import { createCheckoutsApi } from './clients/bigcommerce/checkouts-api.ts'
import { createCallHeaders } from './clients/bigcommerce/exchange.ts'
import { createManagementApi } from './clients/bigcommerce/management-api.ts'
import { createManagementHttp, createStoreAccess } from './clients/bigcommerce/management-call.ts'
import { createManagementGate, type ManagementGateOptions } from './clients/bigcommerce/management-gate.ts'
import { createPaymentsApi } from './clients/bigcommerce/payments-api.ts'
import { createRememberedCallers } from './clients/identity/caller-tokens.ts'
import { tryPublishedKeys } from './clients/identity/usable-keys.ts'
import { createVerifyCallers } from './clients/identity/verify-callers.ts'
import { createVerifyWebhook, refuseWebhook } from './clients/identity/webhooks.ts'
import { composeReporting } from './compose-events.ts'
import type { Config } from './config/config.ts'
import { factsOf } from './config/facts.ts'
import { createRenewable, renewAll } from './config/renewable.ts'
import { warnAtStart } from './config/start-warnings.ts'
import { isPostgresUrl, sqlitePath } from './domain/ledger-url.ts'
import { createKeyedDigest, isSameSealed } from './domain/sealed.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { version } from './own-package.ts'
import { createDesk, type Desk } from './services/desk.ts'
import { createPaying } from './services/paying.ts'
import { createReconciliationLoop } from './services/reconciliation-loop.ts'
import { migrateDatabase, openDatabase } from './stores/engine/database.ts'
import { createLedger } from './stores/ledger.ts'
import { createLedgerHealth } from './stores/ledger-health.ts'
import { createServedMark, type ServedMark } from './stores/served-mark.ts'

/** A service put together, and the way to take it apart again. */
export interface Service {
  readonly dependencies: AppDependencies
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape' | 'showProcess'>
  /** What the desk's page shows to people who help shoppers, and the store's allowance. */
  readonly desk: { readonly desk: Desk; allowance(): Promise<{ free: number; limit: number }> }
  /** Reads again the secrets that may be rotated in their files: the store's token and the key of caller tokens. */
  renew(): void
  /** Begins to look at BigCommerce for payments without an end, and to report how payments ended. */
  startBackgroundWork(): void
  /** From now on the service is not ready and keeps no connection, but takes requests as before. */
  leave(): void
  /** From now on it takes no new requests either. */
  drain(): void
  /** Waits for the payments that are running, then closes what was opened. */
  close(): Promise<void>
}

/** By the clock and the timers of the process. */
const processTime = { now: performance.now.bind(performance), schedule, random: Math.random }

/**
 * Opens all that the service holds open, in this order: the database, the connections to the management host (each charge
 * has one of its own), and the store's permits. What paying is made of is put together in `services/paying.ts`.
 *
 * @param managementTime the clock of the management quota, whose windows last half a minute.
 */
export async function compose(
  config: Config,
  logger: Logger,
  managementTime: ManagementGateOptions = processTime,
): Promise<Service> {
  const { storeHash, apiUrl, paymentsUrl, trustedProxySecret } = config.bigcommerce
  const { auth, databaseUrl, migrateOnStart, renewals, velocity } = config
  logger.info({ version, ...factsOf(config) }, 'starting')
  warnAtStart(config, logger)
  const metrics = createMetrics()
  const mark = ledgerMarkOf(config, logger)
  mark?.refuseMissing()
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
  await mark?.refuseOther(database)
  const { attempts, unsettled, holds, desk, events, checkouts } = metrics.ledger(
    createLedger({
      database,
      storeHash,
      now: Date.now,
      velocityWindowMs: velocity.windowMs,
      orderFailuresMax: velocity.orderAttempts,
      hasEvents: config.events !== null,
      countsByCheckout: config.hasCheckoutPayments,
    }),
  )

  const callHeaders = createCallHeaders({ userAgent: `Tillgate/${version}`, trustedProxySecret })
  const accessToken = createRenewable(config.bigcommerce.accessToken, renewals.accessToken, isSameSealed)
  const gate = createManagementGate(managementTime)
  const storeAccess = createStoreAccess({ log: logger, elapsed: processTime.now })
  const managementHttp = createManagementHttp({
    url: apiUrl,
    accessToken,
    gate,
    watchConnections: metrics.showConnections('management'),
    onAnswer: storeAccess.note,
    callHeaders,
  })
  const managementApi = metrics.management(createManagementApi(managementHttp))
  const checkoutsApi = metrics.management(createCheckoutsApi(managementHttp))
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
      wallNow: Date.now,
      log: logger,
    }),
  )

  const { app } = config.bigcommerce
  const paying = createPaying(
    {
      attempts: mark ? mark.noting(attempts) : attempts,
      unsettled,
      holds,
      managementApi,
      paymentsApi,
      dialAhead: paymentsApi.dialAhead,
      permits,
      isAtEase: gate.isAtEase,
      verifyWebhook: app ? createVerifyWebhook(app.clientSecret, storeHash) : refuseWebhook,
      now: Date.now,
      elapsed: processTime.now,
      pause: (forMs) => setTimeout(forMs),
      newId: randomUUID,
      log: logger,
      measure: metrics,
      ...(config.hasCheckoutPayments ? { checkouts: { checkouts, checkoutsApi } } : {}),
    },
    {
      storeHash,
      instruments,
      declineLimits: velocity,
      callerPerMinute: config.rateLimits.callerPerMinute,
      digest: createKeyedDigest(config.bigcommerce.accessToken, `velocity of ${storeHash}`),
      hasOpaqueDeclines: config.hasOpaqueDeclines,
      hasCheckoutFence: config.hasCheckoutFence,
      permitWaitMsMax: queueMaxWaitMs,
      paymentTimeoutMs,
    },
  )
  const reconciliation = createReconciliationLoop({
    reconcile: paying.reconcile,
    sleep: (forMs, signal) => setTimeout(forMs, undefined, { signal }).catch(() => {}),
    log: logger,
  })

  const reporting = composeReporting({ config, outbox: events, metrics, log: logger })
  const publicKey = createRenewable<KeyObject | null>(
    auth.key.kind === 'public' ? auth.key.key : null,
    renewals.publicKey,
    (one, other) => one !== null && other !== null && one.equals(other),
  )
  const shutdown = { isLeaving: false, isDraining: false }
  const isAbleToPay = createLedgerHealth({
    database,
    instance: shared.instance,
    now: Date.now,
    elapsed: () => performance.now(),
    pause: (forMs) => setTimeout(forMs, undefined, { ref: false }),
    onChange: (err) =>
      err === null
        ? logger.info('ledger takes payments again')
        : logger.warn({ err }, 'ledger takes no payments'),
  })
  const isReady = async () =>
    !shutdown.isLeaving && (await isAbleToPay()) && !(await storeAccess.isRefused(managementHttp))
  metrics.show({
    gate: gate.standing,
    permits: permitStore.outlook,
    unsettled,
    outbox: config.events && events.count,
    isReady,
  })
  return {
    metrics,
    desk: {
      desk: createDesk({ reads: desk, now: Date.now }),
      async allowance() {
        const seen = await permitStore.outlook()
        return { limit, free: seen.permits.filter(({ backInMs }) => backInMs <= 0).length }
      },
    },
    dependencies: {
      logger,
      tls: config.tls,
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      problemTypeBase: config.problemTypeBase,
      rateLimits: config.rateLimits,
      verifyCallerToken: createRememberedCallers({
        verifyCallerToken: createVerifyCallers(config, publicKey.current),
        keyInUse: publicKey.current,
        now: Date.now,
      }),
      instruments,
      permits,
      ...paying,
      now: Date.now,
      isReady,
      observeRequest: metrics.observeRequest,
      shutdown,
    },
    leave() {
      shutdown.isLeaving = true
      paying.waiting.stop()
    },
    drain() {
      shutdown.isLeaving = true
      shutdown.isDraining = true
      paying.waiting.stop()
    },
    renew() {
      renewAll({ accessToken, publicKey, ...reporting.renewables }, logger)
    },
    startBackgroundWork() {
      reconciliation.start()
      reporting.start()
      void tryPublishedKeys(auth.key, (err) => logger.warn({ err }, 'published keys cannot be used'))
    },
    async close() {
      // First those who use the others: looks, then payments.
      await reconciliation.stop()
      await paying.idle()
      await reporting.close()
      permits.close()
      // The permits that they used or gave back are written down before the database goes.
      await permits.idle()
      await managementHttp.close()
      await database.destroy()
    },
  }
}

/** Only a file can be lost or mistaken unnoticed by its server. */
function ledgerMarkOf({ databaseUrl, markFolder }: Config, logger: Logger): ServedMark | null {
  const path = sqlitePath(databaseUrl)
  if (isPostgresUrl(databaseUrl) || path === ':memory:') return null
  return createServedMark(path, markFolder, (err) => logger.warn({ err }, 'ledger mark not written'))
}
