import type { CallerTokenIssuer } from '../scripts/mint-caller-token.ts'
import { loopback } from './choose-ports.ts'

export interface ServiceSetup {
  readonly port: number
  readonly pagePort: number
  /** A folder that lives as long as the demo. */
  readonly folder: string
  readonly issuer: CallerTokenIssuer
  readonly store: {
    readonly storeHash: string
    readonly accessToken: string
    readonly managementUrl: string
    readonly paymentsUrl: string
  }
}

/** Everything the service is told, and nothing of the environment that the demo happened to start in. */
export const serviceEnvironment = ({ port, pagePort, folder, issuer, store }: ServiceSetup) => ({
  HOST: loopback,
  PORT: String(port),
  ADMIN_PORT: '0',
  // The page may be opened by either name, and to a browser those are two origins.
  CORS_ORIGINS: `http://${loopback}:${pagePort},http://localhost:${pagePort}`,
  BIGCOMMERCE_STORE_HASH: store.storeHash,
  BIGCOMMERCE_ACCESS_TOKEN: store.accessToken,
  BIGCOMMERCE_API_URL: store.managementUrl,
  BIGCOMMERCE_PAYMENTS_URL: store.paymentsUrl,
  AUTH_ISSUER: issuer.issuer,
  AUTH_AUDIENCE: issuer.audience,
  AUTH_HMAC_SECRET: issuer.secret,
  DATABASE_URL: `sqlite:${folder}/tillgate.db`,
  // Shorter than anybody would set it in production: whoever tries the fault of a lost answer should see its end.
  PAYMENT_TIMEOUT_MS: '15000',
  // Whoever tries the cards that are declined is one address with the traffic of many shoppers. The limit per order stays.
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
  // Windows cannot open a socket without it.
  ...(process.env.SYSTEMROOT ? { SYSTEMROOT: process.env.SYSTEMROOT } : {}),
})
