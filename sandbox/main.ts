import { readEnvironment } from './environment.ts'
import { startSandbox } from './start-sandbox.ts'
import { storeVariables } from './store-variables.ts'

try {
  const sandbox = await startSandbox(readEnvironment(process.env))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close())
  }
  const variables = Object.entries(storeVariables(sandbox))
    .map(([name, value]) => `  ${name}=${value}`)
    .join('\n')
  console.log(`A simulated BigCommerce store is running.

  management  ${sandbox.managementUrl}
  payments    ${sandbox.paymentsUrl}
  control     ${sandbox.controlUrl}

Point the service at it:

${variables}

Test cards, shoppers and faults: sandbox/README.md`)
} catch (error) {
  console.error(`The sandbox cannot start. ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
