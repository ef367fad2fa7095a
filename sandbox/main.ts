import { readEnvironment } from './environment.ts'
import { startSandbox } from './start-sandbox.ts'

try {
  const sandbox = await startSandbox(readEnvironment(process.env))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close())
  }
  console.log(`A simulated BigCommerce store is running.

  management  ${sandbox.managementUrl}
  payments    ${sandbox.paymentsUrl}
  control     ${sandbox.controlUrl}

Point the service at it:

  BIGCOMMERCE_STORE_HASH=${sandbox.storeHash}
  BIGCOMMERCE_ACCESS_TOKEN=${sandbox.accessToken}
  BIGCOMMERCE_API_URL=${sandbox.managementUrl}
  BIGCOMMERCE_PAYMENTS_URL=${sandbox.paymentsUrl}

Test cards, shoppers and faults: sandbox/README.md`)
} catch (error) {
  console.error(`The sandbox cannot start. ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
