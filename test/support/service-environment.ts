import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { authEnvironment } from './caller-token.ts'

/** The variables of a service that runs as a process on a free port, against the sandbox. */
export const serviceEnvironment = (sandbox: Sandbox, databaseUrl: string) => ({
  HOST: '127.0.0.1',
  PORT: '0',
  ADMIN_PORT: '0',
  BIGCOMMERCE_STORE_HASH: sandbox.storeHash,
  BIGCOMMERCE_ACCESS_TOKEN: sandbox.accessToken,
  BIGCOMMERCE_API_URL: sandbox.managementUrl,
  BIGCOMMERCE_PAYMENTS_URL: sandbox.paymentsUrl,
  DATABASE_URL: databaseUrl,
  ...authEnvironment,
})
