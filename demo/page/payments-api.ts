import type { Payment, PaymentMethods, PaymentRequest, Problem } from './payments-api-types.ts'

/** An answer of the payments API, or none: `lost` says nothing about what happened to the money. */
export type Answer<T> =
  | {
      readonly kind: 'ok'
      readonly status: number
      readonly body: T
      readonly retryAfterSeconds: number | null
    }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'lost' }

export interface PaymentsApi {
  listMethods(orderId: number): Promise<Answer<PaymentMethods>>
  listPayments(orderId: number): Promise<Answer<{ readonly data: readonly Payment[] }>>
  pay(
    orderId: number,
    idempotencyKey: string,
    request: PaymentRequest,
  ): Promise<Answer<{ readonly data: Payment }>>
}

export interface PaymentsApiOptions {
  readonly url: string
  readonly callerToken: string
  /** The shop's backend mints another when this one is over. */
  readonly renewToken: () => Promise<string>
}

/** Longer than any honest answer takes; asking again with the same key is safe. */
const answerWithinMs = 30_000

export function createPaymentsApi({ url, callerToken, renewToken }: PaymentsApiOptions): PaymentsApi {
  let token = callerToken

  const send = (path: string, init: RequestInit) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(answerWithinMs),
      referrerPolicy: 'no-referrer',
    })

  async function call<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
    try {
      const response = await send(path, init)
      if (response.status !== 401) return await answerOf<T>(response)
      token = await renewToken()
      return await answerOf<T>(await send(path, init))
    } catch {
      return { kind: 'lost' }
    }
  }

  return {
    listMethods: (orderId) => call(`/orders/${orderId}/payment-methods`),
    listPayments: (orderId) => call(`/orders/${orderId}/payments`),
    pay: (orderId, idempotencyKey, request) =>
      call(`/orders/${orderId}/pay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify(request),
      }),
  }
}

/** Anything that is not the API's own word (a proxy's page, half a body) counts as no answer. */
async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null
  const body: unknown = await response.json()
  if (response.ok) return { kind: 'ok', status: response.status, body: body as T, retryAfterSeconds }
  const problem = body as Problem
  return typeof problem?.code === 'string' && typeof problem.retry === 'string'
    ? { kind: 'problem', problem, retryAfterSeconds }
    : { kind: 'lost' }
}
