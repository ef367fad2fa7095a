import { exampleOrder } from '../../demo/example-order.ts'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { startDelayingProxy } from './delaying-proxy.ts'

/** A store far away: with its own limits, behind a network whose delay is told as the argument. */
const delayMsMax = Number(process.argv[2])
const sandbox = await startSandbox()
const { storeHash, accessToken } = sandbox
const [managementUrl, paymentsUrl] = await Promise.all([
  startDelayingProxy(sandbox.managementUrl, delayMsMax),
  startDelayingProxy(sandbox.paymentsUrl, delayMsMax),
])
process.on('message', ({ orders }: { orders: number }) => {
  process.send?.({
    orderIds: Array.from({ length: orders }, () => sandbox.orders.create(exampleOrder).id),
    payments: sandbox.stats().payments,
    chargedAtMs: sandbox.charges().map(({ at }) => at),
  })
})
process.send?.({ managementUrl, paymentsUrl, storeHash, accessToken })
process.once('disconnect', () => process.exit())
