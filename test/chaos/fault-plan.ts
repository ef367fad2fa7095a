import type { FaultInput } from '../../sandbox/faults/fault.ts'
import type { Random } from './random.ts'
import { paymentTimeoutMs } from './service-settings.ts'

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
]

/** What can go wrong with the calls around a charge. */
const onOthers: readonly [Named, ...Named[]] = [
  ['reset', { kind: 'reset_before_charge' }],
  ['503', { kind: 'status', status: 503 }],
  ['HTML 502', { kind: 'html' }],
  ['hang', { kind: 'hang_before_charge' }],
  ['429', { kind: 'rate_limited', retry_after_seconds: 1 }],
]
const others = ['access_tokens', 'order', 'transactions'] as const

/** A gateway takes its time: so an instance that is killed is in the middle of some charges. */
const gatewayMs = [50, 700] as const

/** @param probability of a fault on an order's charge; and half of it, of faults on the calls around it. */
export function planFaults(random: Random, orderId: number, probability: number): PlannedFault[] {
  const planned: PlannedFault[] = []
  const plan = (operation: FaultInput['operation'], [name, kind]: Named) => {
    const delay = 'delay_ms' in kind || operation !== 'pay' ? {} : { delay_ms: random.between(0, 400) }
    const fault = { operation, order_id: orderId, times: 1, ...delay, ...kind } as FaultInput
    planned.push({ name: operation === 'pay' ? name : `${operation}: ${name}`, fault })
  }
  if (random.chance(probability)) plan('pay', random.pick(onCharges))
  if (random.chance(probability / 2)) {
    const operation = random.pick(others)
    for (let times = random.between(1, 3); times > 0; times--) plan(operation, random.pick(onOthers))
  }
  return planned
}

/** What is no fault: the time that a gateway takes. */
export const ordinaryLatency = (random: Random, orderId: number): FaultInput => ({
  operation: 'pay',
  order_id: orderId,
  kind: 'latency',
  times: 4,
  delay_ms: random.between(...gatewayMs),
})
