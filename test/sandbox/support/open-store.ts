import { onTestFinished } from 'vitest'
import { exampleOrder } from '../../../demo/example-order.ts'
import type { SandboxOptions } from '../../../sandbox/options.ts'
import { startSandbox } from '../../../sandbox/start-sandbox.ts'
import { GOOD_CARD } from './instruments.ts'

type Item = {
  readonly id: string
  readonly stored_instruments: { readonly token: string }[]
  readonly headers: Readonly<Record<string, string>>
}

/** The parts that tests reach into; everything else is matched as a whole. */
type ReplyBody = { readonly data: Item & Item[]; readonly [field: string]: unknown }

export type Reply = { status: number; headers: Headers; body: ReplyBody }

export type Payment = {
  payment_method_id: string
  instrument: Record<string, unknown>
  save_instrument?: boolean
}

type Call = { method?: string; body?: unknown; headers?: Record<string, string> }

export const VISA_PAYMENT: Payment = { payment_method_id: 'stripe.card', instrument: GOOD_CARD }

export type Store = Awaited<ReturnType<typeof openStore>>

/** A sandbox of its own for one test, closed when the test is over. */
export async function openStore(options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options)
  onTestFinished(() => sandbox.close())

  const manage = (path: string, { headers, ...call }: Call = {}) =>
    send(`${sandbox.managementUrl}${path}`, {
      ...call,
      headers: { 'x-auth-token': sandbox.accessToken, ...headers },
    })
  const control = (path: string, call: Call = {}) => send(`${sandbox.controlUrl}${path}`, call)
  const mint = async (orderId: number): Promise<string> =>
    (await manage('/v3/payments/access_tokens', { method: 'POST', body: { order: { id: orderId } } })).body
      ?.data?.id
  const payWith = (pat: string, payment: unknown, headers: Record<string, string> = {}) =>
    send(`${sandbox.paymentsUrl}/payments`, {
      method: 'POST',
      body: { payment },
      headers: { accept: 'application/vnd.bc.v1+json', authorization: `PAT ${pat}`, ...headers },
    })

  return {
    sandbox,
    manage,
    control,
    mint,
    payWith,
    order: (changes: object = {}): number => sandbox.orders.create({ ...exampleOrder, ...changes }).id,
    pay: async (orderId: number, payment: Payment = VISA_PAYMENT) => payWith(await mint(orderId), payment),
    methods: (orderId: number) => manage(`/v3/payments/methods?order_id=${orderId}`),
    transactions: (orderId: number) => manage(`/v3/orders/${orderId}/transactions`),
  }
}

async function send(url: string, { method = 'GET', body, headers = {} }: Call): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parsed(text) as ReplyBody }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
