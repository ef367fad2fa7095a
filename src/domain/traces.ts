import type { Money } from './money.ts'
import type { OrderReading } from './order.ts'
import type { Transaction } from './transaction.ts'

/** One charge as the transactions show it: its start, and what followed it. */
export interface Trace {
  readonly start: Transaction
  readonly money: Money
  /** Of the start and of everything that followed it. */
  readonly ids: Set<number>
  readonly followedBy: Set<string>
  isVoid: boolean
  /** What was given back of it, in minor units. */
  refunded: number
}

const doneWords = new Set(['ok', 'success'])

export const isDone = ({ status }: Transaction) => status !== null && doneWords.has(status)
export const isPending = ({ event, status }: Transaction) => event === 'pending' && status !== 'error'
/** What says how a pending payment has ended; none while it may still become a charge. */
export const endsOf = ({ id }: Transaction, transactions: readonly Transaction[]) =>
  transactions.filter(({ referenceId }) => referenceId !== null && referenceId === id)
export const isStart = ({ event }: Transaction) => event === 'purchase' || event === 'authorization'

/** Whether nothing of the money is kept any more. */
export const isGivenBack = ({ isVoid, refunded, money }: Trace) => isVoid || refunded >= money.amount

/** Puts together what belongs together: captures and settlements to their authorisations, voids to what they cancel. */
export function tracesOf({ order, transactions }: OrderReading): { traces: Trace[]; unplacedVoids: number } {
  const traces: Trace[] = []
  const open = (start: Transaction) => {
    if (!start.money) return
    const ids = new Set(start.id === null ? [] : [start.id])
    traces.push({ start, money: start.money, ids, followedBy: new Set(), isVoid: false, refunded: 0 })
  }
  const done = transactions.filter(isDone)
  for (const each of done.filter(isStart)) open(each)
  for (const each of done.filter(({ event }) => event === 'capture' || event === 'settled')) {
    const trace = referred(traces, each) ?? traces.find((one) => mayFollow(each, one))
    if (!trace) open(each)
    else {
      trace.followedBy.add(each.event)
      if (each.id !== null) trace.ids.add(each.id)
    }
  }
  let unplacedVoids = 0
  const voids = done.filter(({ event }) => event === 'void')
  for (const each of voids) {
    const meant = traces.filter((one) => !one.isVoid && mayCancel(each, one))
    const trace = referred(traces, each) ?? (meant.length === 1 ? meant[0] : undefined)
    if (trace) trace.isVoid = true
    else if (meant.length > 1) unplacedVoids++
  }
  for (const each of done.filter(({ event }) => event === 'refund')) {
    const meant = traces.filter((one) => each.money?.currency === one.money.currency)
    const trace =
      referred(traces, each) ?? (each.referenceId === null && meant.length === 1 ? meant[0] : undefined)
    if (trace && each.money) trace.refunded += each.money.amount
  }
  // The order's word for it, where the gateway shows no row of the void.
  const [only, ...more] = traces
  if (order?.paymentStatus === 'void' && voids.length === 0 && only && more.length === 0) only.isVoid = true
  return { traces, unplacedVoids }
}

const referred = (traces: readonly Trace[], { referenceId }: Transaction) =>
  referenceId === null ? undefined : traces.find(({ ids }) => ids.has(referenceId))

const isSameMoney = (one: Money | null, other: Money | null) =>
  one !== null && other !== null && one.amount === other.amount && one.currency === other.currency

const mayFollow = ({ event, money, referenceId }: Transaction, trace: Trace) =>
  referenceId === null && !trace.followedBy.has(event) && isSameMoney(money, trace.money)

const mayCancel = ({ money, createdAtMs }: Transaction, trace: Trace) =>
  (money === null || isSameMoney(money, trace.money)) &&
  (createdAtMs === null || trace.start.createdAtMs === null || trace.start.createdAtMs <= createdAtMs)
