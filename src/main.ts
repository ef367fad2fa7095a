import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Server as TlsServer } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { buildAdmin } from './admin.ts'
import { buildApp } from './app.ts'
import { compose, type Service } from './compose.ts'
import { type Config, loadConfig } from './config/config.ts'
import { createRenewable, renewAll } from './config/renewable.ts'
import { createLogger, createLogOutput } from './logging/logger.ts'
import { version } from './own-package.ts'
import { secureContextOf } from './server-options.ts'
import type { Tracing } from './tracing/start-tracing.ts'

/** Beyond the longest wait for a permit and the longest charge: the time to answer it, write it down and close. */
const closingMarginMs = 5_000

// Diagnostic reports list the environment, and with it every secret.
process.report.excludeEnv = true

const config = configOrExit()
// Node makes a pipe non-blocking when its standard output is first touched, so that a reader who stops holds nothing up.
const logOutput = createLogOutput({ fd: process.stdout.fd })
process.on('exit', logOutput.flush)
const logger = createLogger(config.logLevel, logOutput)
await run().catch((err) => {
  logger.fatal({ err }, 'could not start')
  // No request has come yet that the message could quote, and the operator needs it.
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`)
  process.exit(1)
})

async function run(): Promise<void> {
  // Before everything that it traces.
  const tracing = config.isTraced ? await startTracing() : null
  const service = await compose(config, logger).catch(refuseLedger)
  const app = await buildApp({
    ...service.dependencies,
    ...(tracing ? { tracingPlugin: tracing.plugin } : {}),
  })
  // The ledger closes last, after every charge in progress is answered.
  app.addHook('onClose', () => service.close())
  const { metrics, dependencies } = service
  metrics.showProcess({ version, lostLogLines: logOutput.lost })
  const admin = await buildAdmin({ logger, metrics, isReady: dependencies.isReady, desk: service.desk })

  const { shutdownDelayMs, paymentRate, paymentTimeoutMs } = config
  const delay = shutdownDelayMs + paymentRate.queueMaxWaitMs + paymentTimeoutMs + closingMarginMs
  closeWithGrace({ delay, logger, skip: ['SIGHUP'] }, async ({ signal, err }) => {
    logger.info({ signal, err }, 'shutting down')
    service.leave()
    // After an error of our own the process is not to be trusted any longer than it must.
    if (!err) await sleep(shutdownDelayMs)
    service.drain()
    await app.close()
    // Last, so that operators can watch a long drain to its end.
    await admin.close()
    await tracing?.stop()
    logger.info('closed')
  })

  process.on('SIGHUP', renewOnHangUp(service, app.server))
  for (const file of config.looseFiles) logger.warn(file, 'other users can open the file of a secret')
  for (const { variable, name } of config.unknownVariables)
    logger.warn({ variable, name }, 'unknown variable')

  const { host, port, adminPort } = config
  // First: an instance whose metrics port is taken must end before it takes a payment.
  await listen(admin, {
    host,
    port: adminPort,
    variable: 'ADMIN_PORT',
    announce: (address) => `metrics at ${address}/metrics`,
  })
  service.startBackgroundWork()
  await listen(app, { host, port, variable: 'PORT', announce: (address) => `listening at ${address}` })
}

/** What Node, SQLite or Postgres say of a ledger has a code; what we say of it is a sentence already. */
function refuseLedger(cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (!/^[A-Z0-9_]+$/.test(code)) throw cause
  throw new Error(
    `DATABASE_URL: the ledger cannot be opened or migrated (${code}). Find out why with: npm run doctor (in the image: node dist/doctor.js)`,
    { cause },
  )
}

/** Loaded only where it is configured, so that it costs nothing elsewhere. */
async function startTracing(): Promise<Tracing> {
  const tracing = await import('./tracing/start-tracing.ts')
  const { apiUrl, paymentsUrl } = config.bigcommerce
  return tracing.startTracing({ version, upstreamUrls: [apiUrl, paymentsUrl] })
}

/** Takes over rotated secrets, keys and certificates. Open connections stay as they are. */
function renewOnHangUp(service: Service, server: Server): () => void {
  const tls = createRenewable(config.tls, config.renewals.tls, isDeepStrictEqual)
  return () => {
    service.renew()
    if (!(server instanceof TlsServer)) return
    renewAll({ tls }, logger)
    const material = tls.current()
    if (material) server.setSecureContext(secureContextOf(material))
  }
}

function configOrExit(): Config {
  try {
    return loadConfig()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}

interface ListenOptions {
  readonly host: string
  readonly port: number
  /** The variable that sets the port, for the error message. */
  readonly variable: string
  /** The log line that names the address. */
  readonly announce: (address: string) => string
}

/** Opens a listener. @throws Error that names the variable to change. */
async function listen(server: FastifyInstance, options: ListenOptions): Promise<void> {
  const { host, port, variable, announce } = options
  try {
    await server.listen({ host, port, listenTextResolver: announce })
  } catch (cause) {
    const code = codeIn(cause)
    if (code === 'EADDRINUSE')
      throw new Error(`${variable}: port ${port} of ${host} is taken (EADDRINUSE)`, { cause })
    if (code === 'EACCES') throw new Error(`${variable}: port ${port} may not be opened (EACCES)`, { cause })
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL' || code === 'EAI_AGAIN')
      throw new Error(`HOST: ${host} is no address of this machine (${code})`, { cause })
    throw cause
  }
}

// Not a constant: the start above runs before the end of this file does.
function codeIn(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
