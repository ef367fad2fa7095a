import type { Run } from '../engine/run.ts'
import type { MerchantActKind } from '../scenario/hazards.ts'
import type { Books } from './books.ts'
import {
  type Charge,
  type OrderChange,
  STATUS,
  type StoreOrder,
  type StoreTransaction,
  trueState,
} from './store-order.ts'

type Edit = Exclude<
  MerchantActKind,
  'void' | 'capture' | 'pay_elsewhere' | 'delete' | 'refuse' | 'charge_unsaid' | 'give_back'
>

const tenthOf = (minor: number) => Math.ceil(minor / 10)

/** What a merchant changes about an order, whatever has been paid. */
const EDITS: Readonly<Record<Edit, (now: OrderChange) => Partial<OrderChange>>> = {
  discount: ({ totalMinor }) => ({ totalMinor: totalMinor - tenthOf(totalMinor) }),
  surcharge: ({ totalMinor }) => ({ totalMinor: totalMinor + tenthOf(totalMinor) }),
  await_payment: () => ({ statusId: STATUS.awaitingPayment }),
  cancel: () => ({ statusId: STATUS.cancelled }),
  archive: () => ({ isArchived: true }),
}

/** A capture or a void is pending for up to so long. */
const pendingMsMax = 10 * 60_000

/** A fraud tool of the gateway voids what it has just let through. */
const fraudToolMsMax = 3_000

export interface Merchants {
  /** Lets each act of the scenario happen at its moment. */
  plan(orderAt: (planIndex: number) => StoreOrder | undefined): void
  /** Money has been reserved on this order. */
  onReserved(order: StoreOrder): void
}

/** What the merchant, the merchant's tools and other applications do to orders. */
export function createMerchants(run: Run, books: Books): Merchants {
  const { random, scheduler } = run
  const { hazards, upstream: traits } = run.scenario
  let elsewhere = 0

  function act(kind: MerchantActKind, order: StoreOrder): void {
    run.trace?.('merchant', `${kind} on order ${order.id}`)
    if (kind === 'void' || kind === 'capture') begin(kind, order)
    else if (kind === 'pay_elsewhere') payElsewhere(order)
    else if (kind === 'charge_unsaid') chargeUnsaid(order)
    else if (kind === 'give_back') giveBack(order)
    else if (kind === 'delete' || kind === 'refuse') {
      run.happened('unreadable')
      order.unreadable = kind === 'delete' ? 'deleted' : 'refused'
    } else {
      run.happened('edits')
      books.change(order, EDITS[kind](trueState(order)))
    }
  }

  /** An act on an authorization is pending first, and done some minutes later. */
  function begin(kind: 'void' | 'capture', order: StoreOrder): void {
    if (!order.transactions.some(isOpenAuthorization)) return
    books.change(order, { paymentStatus: kind === 'void' ? 'void pending' : 'capture pending' })
    scheduler.after(random.below(pendingMsMax), () => end(kind, order))
  }

  function end(kind: 'void' | 'capture', order: StoreOrder): void {
    const open = order.transactions.findLast(isOpenAuthorization)
    const charge = open?.charge
    if (!open || !charge) return
    const { id, paymentMethodId, money } = open.transaction
    charge.isEnded = true
    run.happened(kind === 'void' ? 'voids' : 'captures')
    books.addTransaction({
      order,
      paymentMethodId: paymentMethodId ?? '',
      event: kind,
      status: 'ok',
      amountMinor: money?.amount ?? 0,
      ends: id,
      charge,
    })
    if (kind === 'capture') {
      books.change(order, { paymentStatus: 'captured', statusId: STATUS.fulfil })
      return
    }
    charge.state = 'voided'
    charge.becomes = 'voided'
    const statusId = random.pick([STATUS.incomplete, STATUS.cancelled, STATUS.awaitingPayment])
    books.change(order, { paymentStatus: 'void', statusId })
  }

  const foreign = (amountMinor: number, isOfAnotherKind = false): Charge => ({
    requestId: `elsewhere-${++elsewhere}`,
    amountMinor,
    paysAPart: false,
    isForeign: true,
    isOfAnotherKind,
    isVeryLate: false,
    isDatedEarly: false,
    isEnded: false,
    state: 'charged',
    becomes: 'charged',
    wasSeenOpen: false,
  })

  /** Cash, or a card at another gateway: a row of its own, which can be of no payment of ours. */
  function chargeUnsaid(order: StoreOrder): void {
    const { statusId, totalMinor, partsMinor } = trueState(order)
    if (statusId !== STATUS.incomplete || partsMinor > 0 || totalMinor <= 0 || traits.isBlind) return
    const charge = foreign(totalMinor, true)
    order.charges.push(charge)
    books.charged(order, charge)
    const mayBeOurs = traits.leavesMethodOut || hazards.oddEntries > 0
    const method = mayBeOurs ? 'offline' : random.pick(['offline', 'credit_card'])
    const paymentMethodId = 'adyenv2.scheme'
    const row = { order, paymentMethodId, method, event: 'purchase', status: 'ok' } as const
    books.addTransaction({ ...row, amountMinor: totalMinor, charge })
    books.change(order, {})
    run.happened('charged_unsaid')
  }

  /** The order is due again as it was before the part. */
  function giveBack(order: StoreOrder): void {
    const { statusId, partsMinor } = trueState(order)
    const part = order.charges.findLast(({ paysAPart, state }) => paysAPart && state === 'charged')
    if (statusId !== STATUS.pending || !part) return
    // Where nothing is recorded, as much is due after one is given back and the other paid as before: no one could tell.
    if (traits.isBlind && order.underWay > 0) return
    const paid = order.transactions.find(({ charge }) => charge === part)?.transaction
    part.state = 'voided'
    part.becomes = 'voided'
    part.wasSeenOpen = true
    order.balanceMinor += part.amountMinor
    const row = {
      order,
      paymentMethodId: paid?.paymentMethodId ?? '',
      event: 'refund',
      status: 'ok',
    } as const
    books.addTransaction({ ...row, amountMinor: part.amountMinor, ends: paid?.id ?? null, charge: part })
    const restMinor = partsMinor - part.amountMinor
    const isOpen = restMinor === 0
    books.change(order, {
      partsMinor: restMinor,
      ...(isOpen ? { statusId: STATUS.incomplete, paymentStatus: '' } : {}),
    })
    run.happened('parts_given_back')
  }

  function payElsewhere(order: StoreOrder): void {
    const { statusId, partsMinor, totalMinor, isArchived } = trueState(order)
    const amountMinor = totalMinor - partsMinor
    if (statusId !== STATUS.incomplete || isArchived || amountMinor <= 0) return
    const charge = foreign(amountMinor)
    order.charges.push(charge)
    books.charged(order, charge)
    const paymentMethodId = 'stripe.card'
    books.addTransaction({ order, paymentMethodId, event: 'purchase', status: 'ok', amountMinor, charge })
    books.change(order, { statusId: STATUS.fulfil, paymentStatus: 'captured' })
    run.happened('paid_elsewhere')
  }

  return {
    plan(orderAt) {
      for (const { kind, orderIndex, atMs } of hazards.merchants)
        scheduler.after(atMs, () => {
          const order = orderAt(orderIndex)
          if (order) act(kind, order)
        })
    },
    onReserved(order) {
      if (random.chance(hazards.voidedAtOnce))
        scheduler.after(random.below(fraudToolMsMax), () => end('void', order))
    },
  }
}

const isOpenAuthorization = ({ transaction, charge }: StoreTransaction): boolean =>
  transaction.event === 'authorization' && charge?.state === 'charged' && !charge.isEnded
