import type { FaultInput } from '../../sandbox/faults/fault.ts'
import type { Random } from './random.ts'
import { paymentTimeoutMs } from './service-settings.ts'
import type { Subject } from './told.ts'

/** A fault and the name that the report counts it by. */
export interface PlannedFault {
  readonly name: string
  readonly fault: FaultInput
}

type Kind = FaultInput extends infer Each
  ? Each extends FaultInput
    ? Omit<Each, 'operation'>
    : never
  : never
type Named = readonly [name: string, kind: Kind]

/** BigCommerce's envelope, with words or a code that are not documented. */
const inWords = (status: number, code?: number) => ({
  status,
  title: 'The payment could not be made',
  type: '/api-docs/getting-started/api-status-codes',
  errors: { payment: 'cannot be made' },
  ...(code === undefined ? {} : { code }),
})

/** What can go wrong with a charge: each way of losing its answer once with the money taken and once without. */
const onCharges: readonly [Named, ...Named[]] = [
  ['reset before the charge', { kind: 'reset_before_charge' }],
  ['reset after the charge', { kind: 'reset_after_charge' }],
  ['hang before the charge', { kind: 'hang_before_charge' }],
  ['hang after the charge', { kind: 'hang_after_charge' }],
  ['503 before the charge', { kind: 'status', status: 503 }],
  ['500 after the charge', { kind: 'status_after_charge', status: 500 }],
  ['504 after the charge', { kind: 'status_after_charge', status: 504 }],
  ['HTML 502, nothing charged', { kind: 'html' }],
  ['HTML 502, charged', { kind: 'html', charged: true }],
  ['HTML 403, charged', { kind: 'html', status: 403, charged: true }],
  ['answer cut in half', { kind: 'cut_body' }],
  ['foreign 200, nothing charged', { kind: 'foreign_2xx' }],
  ['foreign 200, charged', { kind: 'foreign_2xx', charged: true }],
  ['empty 200, nothing charged', { kind: 'empty_2xx' }],
  ['empty 200, charged', { kind: 'empty_2xx', charged: true }],
  ['429', { kind: 'rate_limited', retry_after_seconds: 1 }],
  ['429 without headers', { kind: 'rate_limited', headers: false }],
  ['pending, then success', { kind: 'pending', settle_ms: 3_000 }],
  ['pending, then declined', { kind: 'pending', settle_ms: 3_000, settles_to: 'declined' }],
  ['code 10000, nothing charged', { kind: 'code', code: 10000 }],
  ['code 10000, charged', { kind: 'code', code: 10000, charged: true }],
  ['code 30105, nothing charged', { kind: 'code', code: 30105 }],
  ['code 30105, charged', { kind: 'code', code: 30105, charged: true }],
  ['charged after the timeout', { kind: 'latency', delay_ms: paymentTimeoutMs + 1_000 }],
  ['charged long after the timeout', { kind: 'latency', delay_ms: paymentTimeoutMs + 5_000 }],
  ['reset, shown 6 s later', { kind: 'reset_after_charge', shows_after_ms: 6_000 }],
  ['429 without marks', { kind: 'rate_limited', headers: false, body: false }],
  ['429 without marks, charged', { kind: 'answer', status: 429, charged: true }],
  ['429, and a copy charges', { kind: 'duplicated', answer: 'rate_limited', copy_after_ms: 2_000 }],
  ['sent twice by a proxy', { kind: 'duplicated' }],
  ['held for review', { kind: 'held' }],
  ['undocumented code, charged', { kind: 'answer', status: 422, body: inWords(422, 30999), charged: true }],
  ['undocumented code', { kind: 'answer', status: 422, body: inWords(422, 30999) }],
  ['409 in words, charged', { kind: 'answer', status: 409, body: inWords(409), charged: true }],
  ['423 in words', { kind: 'answer', status: 423, body: inWords(423) }],
  ['404 with a documented code, charged', { kind: 'code', code: 30003, charged: true }],
  ['answer in gzip', { kind: 'odd_answer', how: 'gzip' }],
  ['answer in brotli', { kind: 'odd_answer', how: 'brotli' }],
  ['unasked 100 Continue', { kind: 'odd_answer', how: 'continue' }],
  ['20 kB of headers', { kind: 'odd_answer', how: 'large_headers' }],
  ['numeric id', { kind: 'odd_answer', set: { id: 12_345 } }],
  ['no transaction_type', { kind: 'odd_answer', omit: ['transaction_type'] }],
]

/** Where the card was to be saved: then it may be charged and only the saving have failed. */
const onSaving: readonly [Named, ...Named[]] = [
  ['code 30050, charged', { kind: 'code', code: 30050, charged: true }],
  ['code 30050, nothing charged', { kind: 'code', code: 30050 }],
]

/** What can go wrong with the calls around a charge. */
const onOthers: readonly [Named, ...Named[]] = [
  ['reset', { kind: 'reset_before_charge' }],
  ['503', { kind: 'status', status: 503 }],
  ['HTML 502', { kind: 'html' }],
  ['hang', { kind: 'hang_before_charge' }],
  ['429', { kind: 'rate_limited', retry_after_seconds: 1 }],
]
/** What the list of transactions alone may do; an order that is not there is not the shopper's. */
const onTransactions: readonly [Named, ...Named[]] = [
  ...onOthers,
  ['404', { kind: 'status', status: 404 }],
  ['403', { kind: 'status', status: 403 }],
  ['data: null', { kind: 'answer', status: 200, body: { data: null, meta: {} } }],
  ['cut in half', { kind: 'cut_body' }],
]
const others = ['access_tokens', 'order', 'transactions'] as const

/** What can go wrong when an order is made of a checkout: each way of losing the answer once with the order made and once without. */
const onMakings: readonly [Named, ...Named[]] = [
  ['reset, nothing made', { kind: 'reset_before_charge' }],
  ['reset, made', { kind: 'reset_after_charge' }],
  ['hang, nothing made', { kind: 'hang_before_charge' }],
  ['hang, made', { kind: 'hang_after_charge' }],
  ['503, nothing made', { kind: 'status', status: 503 }],
  ['500, made', { kind: 'status_after_charge', status: 500 }],
  ['HTML 502, made', { kind: 'html', charged: true }],
  ['answer cut in half, made', { kind: 'cut_body' }],
  ['foreign 200, nothing made', { kind: 'foreign_2xx' }],
  ['empty 200, made', { kind: 'empty_2xx', charged: true }],
  ['504, made a second later', { kind: 'carried_out_later', after_ms: 1_000 }],
  ['504, made eight seconds later', { kind: 'carried_out_later', after_ms: 8_000 }],
  ['reset, made and listed 6 s later', { kind: 'reset_after_charge', shows_after_ms: 6_000 }],
  ['made slowly', { kind: 'latency', delay_ms: 2_000 }],
  ['422', { kind: 'status', status: 422 }],
  ['429', { kind: 'rate_limited', retry_after_seconds: 1 }],
]
/** The calls before it. */
const beforeMaking = ['checkout', 'orders'] as const

/** A gateway takes its time: so an instance that is killed is in the middle of some charges. */
const gatewayMs = [50, 700] as const

export interface FaultPlanOptions {
  /** Of a fault on an order's charge; half of it, of faults on the calls around it. */
  readonly probability: number
  /** Only faults whose name contains this; '' for all. */
  readonly only: string
  /** Whether the shopper wants the card to be saved. */
  readonly saves: boolean
}

/** @returns what goes wrong with one order, or with a checkout and its orders. */
export function planFaults(
  random: Random,
  { orderId, checkoutId }: Subject,
  { probability, only, saves }: FaultPlanOptions,
): PlannedFault[] {
  const about = checkoutId ? { checkout_id: checkoutId } : { order_id: orderId }
  const planned: PlannedFault[] = []
  const plan = (operation: FaultInput['operation'], [name, kind]: Named) => {
    const delay = 'delay_ms' in kind || operation !== 'pay' ? {} : { delay_ms: random.between(0, 400) }
    const fault = { operation, ...about, times: 1, ...delay, ...kind } as FaultInput
    planned.push({ name: titleOf(operation, name), fault })
  }
  const pick = (operation: FaultInput['operation'], kinds: readonly Named[]) => {
    const [first, ...rest] = kinds.filter(([name]) => titleOf(operation, name).includes(only))
    if (first) plan(operation, random.pick([first, ...rest]))
  }
  if (random.chance(probability)) pick('pay', saves && random.chance(0.5) ? onSaving : onCharges)
  if (random.chance(probability / 2)) {
    const operation = random.pick(others)
    const kinds = operation === 'transactions' ? onTransactions : onOthers
    for (let times = random.between(1, 3); times > 0; times--) pick(operation, kinds)
  }
  if (checkoutId && random.chance(probability)) pick('checkout_orders', onMakings)
  if (checkoutId && random.chance(probability / 2)) pick(random.pick(beforeMaking), onOthers)
  return planned
}

const titleOf = (operation: FaultInput['operation'], name: string) =>
  operation === 'pay' ? name : `${operation}: ${name}`

/** What is no fault: the time that a gateway takes. */
export const ordinaryLatency = (random: Random, { orderId, checkoutId }: Subject): FaultInput => ({
  operation: 'pay',
  ...(checkoutId ? { checkout_id: checkoutId } : { order_id: orderId }),
  kind: 'latency',
  times: 4,
  delay_ms: random.between(...gatewayMs),
})
