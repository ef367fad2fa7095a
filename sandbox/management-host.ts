import type { FastifyInstance } from 'fastify'
import type { Control } from './control/control.ts'
import { controlRoutes } from './control/control-routes.ts'
import { createHttpApp } from './http-app.ts'
import { guardManagement, recordManagement } from './management-guard.ts'
import { platformError } from './platform-error.ts'
import { accessTokenRoute } from './routes/access-tokens.ts'
import { checkoutRoutes } from './routes/checkouts.ts'
import { hookRoutes } from './routes/hooks.ts'
import { orderListRoute } from './routes/order-list.ts'
import { orderRoutes } from './routes/orders.ts'
import { paymentActionRoutes } from './routes/payment-actions.ts'
import { paymentMethodsRoute } from './routes/payment-methods.ts'
import { storedInstrumentsRoute } from './routes/stored-instruments.ts'
import { transactionsRoute } from './routes/transactions.ts'
import type { Runtime } from './runtime.ts'

export function buildManagementHost(runtime: Runtime, control: Control): FastifyInstance {
  const app = createHttpApp(({ path, status, message }) => platformError(path, status, message))

  recordManagement(app, runtime)
  app.register(async (open) => controlRoutes(open, control), { prefix: '/_sandbox' })
  app.register(
    async (store) => {
      guardManagement(store, runtime)
      orderRoutes(store, runtime)
      orderListRoute(store, runtime)
      checkoutRoutes(store, runtime)
      paymentMethodsRoute(store, runtime)
      accessTokenRoute(store, runtime)
      transactionsRoute(store, runtime)
      paymentActionRoutes(store, runtime)
      storedInstrumentsRoute(store, runtime)
      hookRoutes(store, runtime)
    },
    { prefix: '/stores/:storeHash' },
  )
  return app
}
