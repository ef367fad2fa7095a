import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { authEnvironment } from './caller-token.ts'

/** What a service needs to be told of its store and of who issues caller tokens, to run as a process on a free port. */
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
