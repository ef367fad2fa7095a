import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { VerifyCallerToken } from './domain/caller.ts'
import type { ObserveRequest } from './metrics/http-metrics.ts'
import { authenticationPlugin } from './plugins/authentication.ts'
import { closingConnectionsPlugin } from './plugins/closing-connections.ts'
import { drainingPlugin } from './plugins/draining.ts'
import { openapiPlugin } from './plugins/openapi.ts'
import { problemDetailsPlugin } from './plugins/problem-details.ts'
import { callerRateLimitPlugin, rateLimitsPlugin } from './plugins/rate-limits.ts'
import { requestLoggingPlugin } from './plugins/request-logging.ts'
import { requestMetricsPlugin } from './plugins/request-metrics.ts'
import { securityHeadersPlugin } from './plugins/security-headers.ts'
import { docsRoutes } from './routes/docs.ts'
import { healthRoutes } from './routes/health.ts'
import { getPaymentRoute } from './routes/orders/get-payment.ts'
import { listPaymentMethodsRoute } from './routes/orders/list-payment-methods.ts'
import { listPaymentsRoute } from './routes/orders/list-payments.ts'
import { payOrderRoute } from './routes/orders/pay-order.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { serverOptions } from './server-options.ts'
import type { ListPaymentMethods } from './services/list-payment-methods.ts'
import type { GetPayment, ListPayments } from './services/list-payments.ts'
import type { PayOrder } from './services/pay-order.ts'
import type { ReceiveWebhook } from './services/receive-webhook.ts'

export interface AppDependencies {
  readonly logger: FastifyBaseLogger
  readonly trustProxy: readonly string[]
  readonly corsOrigins: readonly string[]
  /** Requests per minute that are answered; 0 for no limit. */
  readonly rateLimits: { readonly addressPerMinute: number; readonly callerPerMinute: number }
  readonly verifyCallerToken: VerifyCallerToken
  readonly payOrder: PayOrder
  readonly listPaymentMethods: ListPaymentMethods
  readonly listPayments: ListPayments
  readonly getPayment: GetPayment
  readonly receiveWebhook: ReceiveWebhook
  readonly isReady: () => Promise<boolean>
  readonly isDraining: () => boolean
  readonly observeRequest: ObserveRequest
  /** Traces every request; left out where nobody reads traces. */
  readonly tracingPlugin?: FastifyPluginCallback
}

/** Builds the one Fastify instance: the same for production and for tests. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { logger, trustProxy, corsOrigins, verifyCallerToken, payOrder, listPaymentMethods } = dependencies
  const { listPayments, getPayment, receiveWebhook, isReady, isDraining, rateLimits, observeRequest } =
    dependencies
  const app = Fastify({
    ...serverOptions,
    loggerInstance: logger,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
  })
  // Header schemas document; what they say is checked by hand, since zod would drop every header not named.
  app.setValidatorCompiler((route) =>
    route.httpPart === 'headers'
      ? (headers: unknown) => ({ value: headers })
      : validatorCompiler(route as never),
  )
  app.setSerializerCompiler(serializerCompiler)
  // JSON is the one thing taken; Fastify by itself also reads plain text.
  app.removeContentTypeParser('text/plain')

  // Before all routes and hooks, for it wraps them.
  if (dependencies.tracingPlugin) await app.register(dependencies.tracingPlugin)
  // First, so that everything after it fails in our format.
  await app.register(problemDetailsPlugin)
  await app.register(requestLoggingPlugin)
  await app.register(requestMetricsPlugin, { observeRequest })
  await app.register(closingConnectionsPlugin, { isDraining })
  await app.register(securityHeadersPlugin)
  if (corsOrigins.length > 0)
    await app.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
      exposedHeaders: [
        'Idempotent-Replayed',
        'Location',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'X-Request-Id',
      ],
    })
  // Before the routes: it collects them as they are added.
  await app.register(openapiPlugin)

  // After CORS, so that a page may read that it was refused.
  await app.register(rateLimitsPlugin, rateLimits)

  // The public scope. A route is public because of where it is written.
  await app.register(healthRoutes, { isReady })
  await app.register(docsRoutes)
  await app.register(webhookRoutes, { receiveWebhook })

  await app.register(async (authenticated) => {
    await authenticated.register(drainingPlugin, { isDraining })
    await authenticated.register(authenticationPlugin, { verifyCallerToken })
    await authenticated.register(callerRateLimitPlugin, rateLimits)
    await authenticated.register(listPaymentMethodsRoute, { listPaymentMethods })
    await authenticated.register(payOrderRoute, { payOrder })
    await authenticated.register(listPaymentsRoute, { listPayments })
    await authenticated.register(getPaymentRoute, { getPayment })
  })

  return app
}
