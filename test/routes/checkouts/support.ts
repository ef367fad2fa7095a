import { randomUUID } from 'node:crypto'
import type { ApiAnswer } from '../../support/call-api.ts'
import { callerToken } from '../../support/caller-token.ts'
import { guideOrderAmount } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate, type Tillgate, type TillgateOptions } from '../../support/start-tillgate.ts'

/** The service with checkouts switched on. */
export const startWithCheckouts = (options: TillgateOptions = {}): Promise<Tillgate> =>
  startTillgate({ ...options, environment: { CHECKOUT_PAYMENTS: 'true', ...options.environment } })

/** A checkout over the guide's amount, of the guide's customer. */
export const openCheckout = ({ sandbox }: Tillgate, change: object = {}): string =>
  sandbox.checkouts.create({ customer_id: 11, ...change }).id

export const customerToken = callerToken({ customer_id: 11 })
export const checkoutToken = (...checkoutIds: string[]) => callerToken({ checkout_ids: checkoutIds })

export const payment = (change: object = {}) => ({
  ...cardPayment(),
  expected_amount: guideOrderAmount,
  ...change,
})

interface Paying {
  readonly token?: string
  readonly key?: string
  readonly body?: object
}

/** `POST /checkouts/{id}/pay`, with a new key unless one is given. */
export const payCheckout = async (
  { call }: Tillgate,
  checkoutId: string,
  { token, key = randomUUID(), body = payment() }: Paying = {},
): Promise<ApiAnswer> =>
  call(`/checkouts/${checkoutId}/pay`, {
    method: 'POST',
    token: token ?? (await checkoutToken(checkoutId)),
    headers: { 'idempotency-key': key },
    body,
  })

/** Requests that the management host was sent, by method and what the path ends with. */
export const askedFor = ({ sandbox }: Tillgate, method: string, end: RegExp): number =>
  sandbox.requests().filter((request) => request.method === method && end.test(request.path)).length

export const makings = (tillgate: Tillgate): number =>
  askedFor(tillgate, 'POST', /\/v3\/checkouts\/[^/]+\/orders$/)
