import { exampleOrder } from '../../demo/example-order.ts'
import { startSandbox } from '../../sandbox/start-sandbox.ts'

/** So high that no limit of the store is measured. */
const rateLimit = { limit: 1_000_000, windowMs: 4_000 }

const sandbox = await startSandbox({ rateLimit })
process.on('message', ({ orders }: { orders: number }) => {
  const ids = Array.from({ length: orders }, () => sandbox.orders.create(exampleOrder).id)
  process.send?.({ ids, charges: sandbox.charges().length })
})
const { managementUrl, paymentsUrl, storeHash, accessToken } = sandbox
process.send?.({ managementUrl, paymentsUrl, storeHash, accessToken })
process.once('disconnect', () => process.exit())
