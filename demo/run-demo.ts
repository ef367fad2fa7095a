import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import { mintShopperToken, newIssuer, printedTokenSeconds } from './caller-tokens.ts'
import { choosePorts, loopback } from './choose-ports.ts'
import { curlLines } from './curl-lines.ts'
import { DemoError } from './demo-error.ts'
import type { DemoSettings } from './demo-settings.ts'
import { startPageServer } from './page-server.ts'
import { startService } from './service-process.ts'
import { createShopCarts } from './shop-carts.ts'
import type { StopSignal } from './stop-signal.ts'
import { createStoreOrders } from './store-orders.ts'
import { welcome } from './welcome.ts'

/** Starts everything, prints what to try, and stops everything in the opposite order when told to. */
export async function runDemo(settings: DemoSettings, stop: StopSignal): Promise<void> {
  const ports = await choosePorts(settings.ports)
  await using opened = new AsyncDisposableStack()

  const folder = await mkdtemp(join(tmpdir(), 'tillgate-demo-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))

  const sandbox = await startSandbox({
    managementPort: ports.sandbox,
    paymentsPort: ports.sandboxPayments,
  })
  opened.defer(() => sandbox.close())

  const issuer = newIssuer(settings.secret)
  const service = await startService({
    port: ports.api,
    adminPort: ports.admin,
    pagePort: ports.page,
    corsOrigins: settings.corsOrigins,
    folder,
    issuer,
    store: sandbox,
  })
  opened.defer(() => service.stop())
  stop.onInsist(() => service.kill())

  const orders = createStoreOrders(sandbox)
  const carts = createShopCarts(sandbox)
  const checkoutId = carts.create()
  const readmeCheckoutId = carts.create()
  // The README's commands pay the first order, 215, and a cart, so the demo leaves them alone.
  const readmeOrderId = await orders.create()
  const orderIds = {
    card: await orders.create(),
    storedCard: await orders.create(),
    decline: await orders.create(),
    held: await orders.create(),
    page: await orders.create(),
  }
  const page = await startPageServer({
    port: ports.page,
    apiUrl: service.url,
    issuer,
    orders,
    carts,
    sandbox,
    firstOrderId: () => orderIds.page,
  })
  opened.defer(() => page.close())

  const callerToken = await mintShopperToken(
    issuer,
    {
      orderIds: [readmeOrderId, orderIds.card, orderIds.storedCard, orderIds.decline, orderIds.held],
      checkoutIds: [checkoutId, readmeCheckoutId],
    },
    printedTokenSeconds,
  )
  const links = { apiUrl: service.url, chargesUrl: `${sandbox.controlUrl}/charges` }
  console.log(
    welcome({
      ...links,
      seconds: process.uptime(),
      pageUrl: page.url,
      logPath: service.logPath,
      callerToken,
      checkoutId: readmeCheckoutId,
      corsOrigins: settings.corsOrigins,
      serverVariables: {
        AUTH_ISSUER: issuer.issuer,
        AUTH_AUDIENCE: issuer.audience,
        AUTH_HMAC_SECRET: issuer.secret,
        DATABASE_URL: `sqlite:${folder}/tillgate.db`,
        BIGCOMMERCE_STORE_HASH: sandbox.storeHash,
        BIGCOMMERCE_API_URL: sandbox.managementUrl,
        BIGCOMMERCE_ACCESS_TOKEN: sandbox.accessToken,
        SANDBOX_PORT: String(ports.sandbox),
        SANDBOX_CONTROL_URL: sandbox.controlUrl,
      },
      desk: {
        pageUrl: `http://${loopback}:${ports.admin}/`,
        orderId: orderIds.held,
        clockUrl: `${sandbox.controlUrl}/clock`,
      },
      warnings: settings.warnings,
      lines: curlLines({ ...links, checkoutId, orderIds }),
    }),
  )

  const lastWords = await Promise.race([stop.received, service.crashed])
  if (typeof lastWords === 'string') {
    throw new DemoError(`The service ended unexpectedly. Its log ends with:\n\n${lastWords}`)
  }
  console.log('Stopping. Charges in progress are finished first.')
}
