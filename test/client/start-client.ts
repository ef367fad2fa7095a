import { setTimeout as sleep } from 'node:timers/promises'
import { createTillgate, type TillgateOptions } from '../../clients/typescript/src/index.ts'
import type { PaymentRequest } from '../../clients/typescript/src/types.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder, guideOrderAmount } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { type TillgateOptions as ServiceOptions, startTillgate } from '../support/start-tillgate.ts'

/** What happens to a request on its way: it is lost, its answer is lost, or something else answers. */
export type Mishap = 'not_sent' | 'answer_lost' | Response | null

export interface StartClientOptions {
  readonly service?: ServiceOptions
  /** What happens to each payment request, in order. Later ones pass unharmed. */
  readonly mishaps?: readonly Mishap[]
  readonly client?: Partial<TillgateOptions>
}

export const payment = (number?: string) => cardPayment(number ? { number } : {}) as PaymentRequest
/** With the amount that the shopper agreed to. */
export const checkoutPayment = (number?: string) => ({
  ...payment(number),
  expected_amount: guideOrderAmount,
})

/** Real pauses would take minutes, but the service needs a moment. */
const pauseOfTestsMs = 30

/** The real client, the real service and a sandbox, with a network that fails on command. */
export async function startClient(options: StartClientOptions = {}) {
  const tillgate = await startTillgate({ reconciles: true, ...options.service })
  const orderId = createOrder(tillgate.sandbox)
  const mishaps = [...(options.mishaps ?? [])]
  const keys: string[] = []
  const asked: string[] = []
  const preferred: (string | null)[] = []
  const pausesMs: number[] = []

  const network: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    asked.push(`${request.method} ${new URL(request.url).pathname.replace(/[0-9a-f-]{36}$/, '{id}')}`)
    preferred.push(request.headers.get('prefer'))
    if (request.method !== 'POST') return fetch(request)
    keys.push(request.headers.get('idempotency-key') ?? '')
    const mishap = mishaps.shift() ?? null
    if (mishap instanceof Response) return mishap
    if (mishap === 'not_sent') throw new TypeError('Failed to fetch')
    const answer = await fetch(request)
    if (mishap === 'answer_lost') throw new TypeError('Failed to fetch')
    return answer
  }

  const settings: TillgateOptions = {
    baseUrl: tillgate.url,
    token: () => callerToken({ customer_id: 11 }),
    fetch: network,
    wait: async (ms, signal) => {
      pausesMs.push(ms)
      await sleep(pauseOfTestsMs, undefined, signal ? { signal } : {})
    },
    ...options.client,
  }
  /** As after a reload: only the storage is left. */
  const reload = () => createTillgate(settings)
  return { ...tillgate, client: reload(), reload, orderId, keys, asked, preferred, pausesMs }
}
