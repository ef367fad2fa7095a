import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { Run } from '../engine/run.ts'
import type { ShopperPlan } from '../scenario/scenario.ts'
import { callersOf, callersOfCheckout } from './callers.ts'
import type { Front, Preference } from './front.ts'
import { paymentBy } from './instruments.ts'
import type { PayRequest, Reply } from './requests.ts'

export interface PaidCheckout {
  readonly id: string
  dueMinor(): number
}

export interface ShopperOptions {
  readonly run: Run
  readonly front: Front
  readonly plan: ShopperPlan
  readonly orderId: number
  /** Paid in place of the order; what it costs is read when a payment is begun. */
  readonly checkout: PaidCheckout | null
  readonly newKey: () => string
  /** Kept to be sent again at the end. */
  readonly onSent: (request: PayRequest) => void
}

const triesMax = 5
const pausesMs = [0, 2_000, 2_000, 30_000, 300_000, 63 * 60_000, 70 * 60_000] as const

/** What a reply makes a client do. */
type Next = 'done' | 'same_key' | 'other_card' | 'new_key'

/** A client that wants to pay an order. It asks again when in doubt, takes another card when declined, and makes mistakes. */
export async function shop({
  run,
  front,
  plan,
  orderId,
  checkout,
  newKey,
  onSent,
}: ShopperOptions): Promise<void> {
  const { random, scheduler, scenario } = run
  const callers = checkout ? callersOfCheckout(checkout.id) : callersOf(orderId)
  const caller = callers[plan.device] ?? callers[0]
  const totalMinor = scenario.orders[plan.orderIndex]?.totalMinor ?? 0
  const expectsTotal = !checkout && random.chance(0.3)
  let card = 0
  let key = ''
  let expectedAmount: number | null = null
  /** What is agreed to belongs to the key. */
  function begin(): void {
    key = newKey()
    expectedAmount = checkout ? checkout.dueMinor() : expectsTotal ? totalMinor : null
  }

  const typeOf = () => plan.instrumentTypes[card] ?? plan.instrumentTypes[0]
  const requestOf = (variant: 0 | 1): PayRequest => {
    const payment = paymentBy(typeOf(), 2 * card + variant)
    const command = { orderId, payment, expectedAmount }
    const bodyId = JSON.stringify(payment.instrument)
    return { caller, idempotencyKey: key, command, checkoutId: checkout?.id ?? null, bodyId }
  }
  const sleep = (delayMs: number) => {
    scheduler.arrived()
    return new Promise<void>((resolve) => scheduler.after(delayMs, () => scheduler.resume(resolve)))
  }

  const { waits } = scenario.hazards
  const prefer = (): Preference =>
    waits && random.chance(waits.share) ? 1_000 * random.pick(waits.seconds) : null

  begin()
  await sleep(plan.startMs)
  for (let tries = 0; tries < triesMax; tries++) {
    const request = requestOf(0)
    onSent(request)
    if (random.chance(plan.otherBody)) await front.pay(requestOf(1))
    if (random.chance(plan.doubleClick)) void front.pay(request, prefer())
    const next = nextAfter(await front.pay(request, prefer()))
    if (next === 'done') {
      if (!paysAPart(typeOf())) break
      // The rest of the order, by the next instrument.
      card += 1
      begin()
      continue
    }
    if (next === 'other_card') card += 1
    if (card >= plan.instrumentTypes.length) break
    if (next === 'same_key') await sleep(random.pick(pausesMs))
    if (random.chance(plan.polls)) await front.list(request, prefer())
    const isCareless = next === 'same_key' && random.chance(plan.newKeyOnDoubt)
    if (next !== 'same_key' || isCareless) begin()
  }
  scheduler.arrived()
}

function nextAfter(reply: Reply): Next {
  switch (reply.kind) {
    case 'lost':
      return 'same_key'
    case 'answer':
      if (reply.answer.status === 201) return 'done'
      return reply.answer.status === 202 ? 'same_key' : 'other_card'
    case 'problem': {
      const { retry, code } = reply.problem
      if (code === 'order_already_paid' || retry === 'never') return 'done'
      return retry === 'new_key' ? 'new_key' : 'same_key'
    }
    default:
      return reply satisfies never
  }
}
