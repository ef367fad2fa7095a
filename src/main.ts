import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { compose } from './compose.ts'
import { type Config, loadConfig } from './config.ts'
import { createLogger } from './logger.ts'

/** Beyond the longest charge: the time to answer it, write it down and close. */
const closingMarginMs = 5_000

const config = configOrExit()
const logger = createLogger(config.logLevel)
await run().catch((err) => {
  logger.fatal({ err, reason: err instanceof Error ? err.message : String(err) }, 'could not start')
  process.exit(1)
})

async function run(): Promise<void> {
  const service = await compose(config, logger)
  const app = await buildApp(service.dependencies)
  // What is opened first is closed last: charges under way are answered before the ledger goes.
  app.addHook('onClose', () => service.close())

  closeWithGrace({ delay: config.paymentTimeoutMs + closingMarginMs, logger }, async ({ signal, err }) => {
    logger.info({ signal, err }, 'shutting down')
    service.drain()
    await app.close()
    logger.info('closed')
  })

  service.startReconciling()
  await app.listen({
    host: config.host,
    port: config.port,
    listenTextResolver: (address) => `listening at ${address}`,
  })
}

function configOrExit(): Config {
  try {
    return loadConfig()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
