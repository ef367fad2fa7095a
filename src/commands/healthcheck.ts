import { request } from 'node:http'
import { loadAdminListener } from '../config/config.ts'

/** Shorter than any orchestrator's own patience with a check. */
const timeoutMs = 2_000

/**
 * Ends with 0 where the process answers, else with 1; for HEALTHCHECK, by Node itself and without a shell. It asks the
 * admin listener: that one needs no certificate, and it lives in the same process.
 */
request({ ...loadAdminListener(), path: '/livez', timeout: timeoutMs })
  .on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end()
