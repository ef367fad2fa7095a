import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import type { TlsMaterial } from './config/tls.ts'
import type { VerifyOrRemember } from './domain/caller.ts'
import type { Clock } from './domain/clock.ts'
import type { InstrumentType } from './domain/payment-instrument.ts'
import type { ObserveRequest } from './metrics/calls.ts'
import {
  closingConnectionsPlugin,
  drainingPlugin,
  LOAD_BOUNDS,
  type LoadBounds,
  loadSheddingPlugin,
  type Shutdown,
} from './plugins/admission.ts'
import { authenticationPlugin } from './plugins/authentication.ts'
import { corsPlugin } from './plugins/cors.ts'
import { forwardedForPlugin } from './plugins/forwarded-for.ts'
import { openapiPlugin } from './plugins/openapi.ts'
import { type PaymentTokenBucketOptions, paymentTokenBucketPlugin } from './plugins/payment-token-bucket.ts'
import { problemDetailsPlugin } from './plugins/problem-details.ts'
import { callerRateLimitPlugin, rateLimitsPlugin } from './plugins/rate-limits.ts'
import { lingeringClosePlugin, receivingPlugin, requestShapePlugin } from './plugins/receiving.ts'
import { requestLoggingPlugin } from './plugins/request-logging.ts'
import { securityHeadersPlugin } from './plugins/security-headers.ts'
import { sealedBodyPlugin, validationPlugin } from './plugins/validation.ts'
import { waitingPlugin } from './plugins/waiting.ts'
import { checkoutRoutes } from './routes/checkouts/checkout-routes.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { getPaymentRoute } from './routes/orders/get-payment.ts'
import { listPaymentMethodsRoute } from './routes/orders/list-payment-methods.ts'
import { listPaymentsRoute } from './routes/orders/list-payments.ts'
import { payOrderRoute } from './routes/orders/pay-order.ts'
import { problemPageRoute } from './routes/problem-page.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { listenerOptions, serverOptions, tlsOptionsOf } from './server-options.ts'
import type { ListPaymentMethods } from './services/list-payment-methods.ts'
import type { GetPayment, ListPayments } from './services/list-payments.ts'
import type { PayOrder } from './services/pay-order.ts'
import type { PayingCheckouts } from './services/paying-checkouts.ts'
import type { ReceiveWebhook } from './services/receive-webhook.ts'
import type { Waiting } from './services/waiting.ts'

export interface AppDependencies {
  readonly logger: FastifyBaseLogger
  /** null for plain HTTP. */
  readonly tls: TlsMaterial | null
  readonly trustProxy: readonly string[]
  readonly corsOrigins: readonly string[]
  /** What the `type` of each problem begins with. */
  readonly problemTypeBase: string
  /** Requests per minute; 0 for no limit. */
  readonly rateLimits: { readonly addressPerMinute: number; readonly callerPerMinute: number }
  /** For tests; production uses LOAD_BOUNDS. */
  readonly loadBounds?: Partial<LoadBounds>
  readonly verifyCallerToken: VerifyOrRemember
  readonly permits: PaymentTokenBucketOptions['permits']
  readonly payOrder: PayOrder
  /** The instrument types that this instance accepts. */
  readonly instruments: ReadonlySet<InstrumentType>
  readonly listPaymentMethods: ListPaymentMethods
  readonly listPayments: ListPayments
  readonly getPayment: GetPayment
  /** null where checkouts cannot be paid: then there are no such routes. */
  readonly checkouts: PayingCheckouts | null
  readonly receiveWebhook: ReceiveWebhook
  readonly waiting: Waiting
  readonly now: Clock
  readonly isReady: () => Promise<boolean>
  readonly shutdown: Shutdown
  readonly observeRequest: ObserveRequest
  /** Traces every request; left out where tracing is not configured. */
  readonly tracingPlugin?: FastifyPluginCallback
}

/** Builds the one Fastify instance: the same for production and for tests. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { logger, tls, trustProxy, corsOrigins, verifyCallerToken, payOrder, listPaymentMethods } =
    dependencies
  const {
    instruments,
    listPayments,
    getPayment,
    checkouts,
    now,
    receiveWebhook,
    isReady,
    shutdown,
    rateLimits,
    observeRequest,
    permits,
  } = dependencies
  const app = Fastify({
    ...serverOptions,
    ...(tls ? { https: { ...listenerOptions, ...tlsOptionsOf(tls) } } : { http: listenerOptions }),
    loggerInstance: logger,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
  })
  // Node would silently drop headers after the 2,000th. The limit in bytes is enough.
  app.server.maxHeadersCount = 0
  // An unknown `Expect` may be ignored (RFC 9110 §10.1.1). Node would refuse it with an answer of its own.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))

  // Before all routes and hooks, because it wraps them.
  if (dependencies.tracingPlugin) await app.register(dependencies.tracingPlugin)
  // Before everything that asks for the client's address.
  await app.register(forwardedForPlugin, { trustProxy })
  // First, so that everything after it fails in our format.
  await app.register(problemDetailsPlugin, { typeBase: dependencies.problemTypeBase })
  await app.register(requestLoggingPlugin, { observeRequest })
  await app.register(sealedBodyPlugin)
  await app.register(validationPlugin)
  await app.register(closingConnectionsPlugin, { shutdown })
  await app.register(lingeringClosePlugin)
  await app.register(securityHeadersPlugin)
  await app.register(requestShapePlugin)
  await app.register(corsPlugin, { origins: corsOrigins })
  // Before the routes, which it collects as they are added.
  await app.register(openapiPlugin, { instruments })

  // After CORS, so that a page can read why it was refused.
  const loadBounds = { ...LOAD_BOUNDS, ...dependencies.loadBounds }
  await app.register(loadSheddingPlugin, loadBounds)
  await app.register(rateLimitsPlugin, rateLimits)
  await app.register(receivingPlugin, loadBounds)

  // The public scope. A route is public because of where it is written.
  await app.register(healthRoutes, { isReady })
  await app.register(docsRoutes)
  await app.register(problemPageRoute)
  await app.register(webhookRoutes, { receiveWebhook })

  await app.register(async (authenticated) => {
    await authenticated.register(drainingPlugin, { shutdown })
    await authenticated.register(authenticationPlugin, { verifyCallerToken })
    await authenticated.register(callerRateLimitPlugin, rateLimits)
    await authenticated.register(waitingPlugin, { waiting: dependencies.waiting })
    await authenticated.register(listPaymentMethodsRoute, { listPaymentMethods })
    await authenticated.register(async (paying) => {
      await paying.register(paymentTokenBucketPlugin, { permits })
      await paying.register(payOrderRoute, { payOrder, instruments })
    })
    if (checkouts) await authenticated.register(checkoutRoutes, { ...checkouts, permits, instruments, now })
    await authenticated.register(listPaymentsRoute, { listPayments, now })
    await authenticated.register(getPaymentRoute, { getPayment, now })
  })

  return app
}
