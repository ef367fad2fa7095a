import { request } from 'node:http'
import { InvalidConfiguration, loadAdminListener } from '../config/config.ts'

/** Shorter than the time limits that orchestrators give a check. */
const timeoutMs = 2_000

/**
 * For HEALTHCHECK, without a shell: ends with 0 where the process answers, else with 1. It asks the admin listener, which
 * needs no certificate and lives in the same process.
 */
request({ ...listenerOrExit(), path: '/livez', timeout: timeoutMs })
  .on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()

function listenerOrExit(): { host: string; port: number } {
  try {
    return loadAdminListener()
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
