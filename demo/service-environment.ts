import { type StoreAddress, storeVariables } from '../sandbox/store-variables.ts'
import type { CallerTokenIssuer } from '../scripts/mint-caller-token.ts'
import { loopback } from './choose-ports.ts'

export interface ServiceSetup {
  readonly port: number
  readonly adminPort: number
  readonly pagePort: number
  /** Pages of others that may call it. */
  readonly corsOrigins: readonly string[]
  /** A folder that lives as long as the demo. */
  readonly folder: string
  readonly issuer: CallerTokenIssuer
  readonly store: StoreAddress
}

/** All the variables of the service. Nothing is taken from the environment of the demo. */
export const serviceEnvironment = ({
  port,
  adminPort,
  pagePort,
  corsOrigins,
  folder,
  issuer,
  store,
}: ServiceSetup) => ({
  HOST: loopback,
  PORT: String(port),
  ADMIN_PORT: String(adminPort),
  // The page can be opened by either name, and a browser treats them as two origins.
  CORS_ORIGINS: [`http://${loopback}:${pagePort}`, `http://localhost:${pagePort}`, ...corsOrigins].join(','),
  ...storeVariables(store),
  AUTH_ISSUER: issuer.issuer,
  AUTH_AUDIENCE: issuer.audience,
  AUTH_HMAC_SECRET: issuer.secret,
  DATABASE_URL: `sqlite:${folder}/tillgate.db`,
  LEDGER_MARK_DIR: folder,
  CHECKOUT_PAYMENTS: 'true',
  // Much shorter than in production, so that you see how a lost answer ends.
  PAYMENT_TIMEOUT_MS: '15000',
  // Off, because you try many declined cards from one address. The limit per order stays on.
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
  // Windows cannot open a socket without it.
  ...(process.env.SYSTEMROOT ? { SYSTEMROOT: process.env.SYSTEMROOT } : {}),
})
