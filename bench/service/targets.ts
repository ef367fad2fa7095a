import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { authEnvironment, serverToken } from '../../test/support/caller-token.ts'
import { cardPayment } from '../../test/support/payments.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'
import type { Store } from './store.ts'

/** `before` is another build of Tillgate, where one is given to compare with. */
export type TargetName = 'bare' | 'tillgate' | 'before' | 'proxy'
export const OPERATIONS = ['methods', 'pay'] as const
export type Operation = (typeof OPERATIONS)[number]

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface Target extends MeasuredProcess {
  /** The request that does this to an order. */
  callFor(operation: Operation, orderId: number): Call
}

export interface TargetSurroundings {
  readonly store: Store
  readonly databaseUrl: string
  /** The main.js of another build. */
  readonly before?: string | undefined
}

const root = join(import.meta.dirname, '../..')
const ours = join(root, 'dist/main.js')
const peers = {
  bare: join(import.meta.dirname, 'bare.ts'),
  proxy: join(import.meta.dirname, 'proxy.ts'),
}

export async function startTarget(name: TargetName, surroundings: TargetSurroundings): Promise<Target> {
  const { store, databaseUrl, before } = surroundings
  const isPeer = name === 'bare' || name === 'proxy'
  const started = await startMeasured({
    program: isPeer ? peers[name] : name === 'before' ? (before ?? ours) : ours,
    environment: isPeer ? peerEnvironment(store) : tillgateEnvironment(store, databaseUrl),
  })
  const authorization = `Bearer ${await serverToken()}`
  return { ...started, callFor: name === 'proxy' ? proxiedCall : (...about) => call(authorization, ...about) }
}

const peerEnvironment = ({ accessToken, managementUrl, paymentsUrl }: Store) => ({
  STORE_TOKEN: accessToken,
  MANAGEMENT_URL: managementUrl,
  PAYMENTS_URL: paymentsUrl,
})

/**
 * As in production, except that the limits are so high that they refuse nothing. There are as many permits as in
 * production, but they come back sooner: each is a row of the ledger, and thousands of rows would be measured instead.
 */
const tillgateEnvironment = (store: Store, databaseUrl: string) => ({
  ...authEnvironment,
  ADMIN_PORT: '0',
  ...storeVariables(store),
  DATABASE_URL: databaseUrl,
  ADDRESS_RATE_LIMIT: '1000000',
  CALLER_RATE_LIMIT: '1000000',
  PAYMENT_RATE_WINDOW_MS: '100',
  VELOCITY_ORDER_ATTEMPTS: '0',
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
})

const payment = JSON.stringify(cardPayment())

function call(authorization: string, operation: Operation, orderId: number): Call {
  if (operation === 'methods') {
    return {
      method: 'GET',
      path: `/orders/${orderId}/payment-methods`,
      headers: { authorization },
      body: null,
    }
  }
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  return { method: 'POST', path: `/orders/${orderId}/pay`, headers, body: payment }
}

function proxiedCall(operation: Operation, orderId: number): Call {
  if (operation === 'methods') {
    return { method: 'GET', path: `/v3/payments/methods?order_id=${orderId}`, headers: {}, body: null }
  }
  const headers = { 'content-type': 'application/json', 'x-order-id': String(orderId) }
  return { method: 'POST', path: '/payments', headers, body: payment }
}
