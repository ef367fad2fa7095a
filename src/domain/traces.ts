import { isSameMoney, type Money } from './money.ts'
import type { Order, OrderReading } from './order.ts'
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

/** `method` of a row that was paid from a balance, spelt as the instrument's type is. */
export const balances = new Set<string>(['gift_certificate', 'store_credit'])

const doneWords = new Set(['ok', 'success'])

export const isDone = ({ status }: Transaction) => status !== null && doneWords.has(status)
export const isPending = ({ event, status }: Transaction) => event === 'pending' && status !== 'error'
/** The row that says how a pending payment has ended; none while it may still become a charge. */
export const endsOf = ({ id }: Transaction, transactions: readonly Transaction[]) =>
  transactions.filter(({ referenceId }) => referenceId !== null && referenceId === id)
export const isStart = ({ event }: Transaction) => event === 'purchase' || event === 'authorization'

/** Whether nothing of the money is kept any more. */
export const isGivenBack = ({ isVoid, refunded, money }: Trace) => isVoid || refunded >= money.amount

/**
 * Groups the transactions that belong to one charge: captures and settlements with their authorisations, voids with what they cancel.
 *
 * @returns `unplacedVoids`: how many voids may be of a trace, and may be of something else. Each leaves it open whether one of them stands.
 */
export function tracesOf({ order, transactions }: OrderReading): { traces: Trace[]; unplacedVoids: number } {
  const traces: Trace[] = []
  const open = (start: Transaction) => {
    if (!start.money) return
    const ids = new Set([start.id, begunBy(start, transactions)].filter((id) => id !== null))
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
  const failed = transactions.filter((each) => isStart(each) && each.status === 'error')
  let unplacedVoids = 0
  const voids = done.filter(({ event }) => event === 'void')
  for (const each of voids) {
    const trace = cancelledBy(each, traces, failed, transactions)
    if (trace === 'unclear') unplacedVoids++
    else if (trace) {
      trace.isVoid = true
      if (each.id !== null) trace.ids.add(each.id)
    }
  }
  for (const each of done.filter(({ event }) => event === 'refund')) {
    const meant = traces.filter(
      (one) => each.money?.currency === one.money.currency && isAlike(each, one.start),
    )
    const trace =
      referred(traces, each) ?? (each.referenceId === null && meant.length === 1 ? meant[0] : undefined)
    if (trace && each.money) trace.refunded += each.money.amount
  }
  // The order says it, if no row for the void could be placed. It may be about a try that failed.
  const [only, ...more] = traces
  if (order?.paymentStatus === 'void' && only && more.length === 0 && !only.isVoid) {
    only.isVoid = failed.length === 0
    unplacedVoids = only.isVoid ? 0 : Math.max(1, unplacedVoids)
  }
  return { traces, unplacedVoids }
}

/** Whether two rows agree on method and kind, as far as both name them. */
const isAlike = (one: Transaction, other: Transaction) =>
  (one.method === '' || other.method === '' || one.method === other.method) &&
  (one.paymentMethodId ?? other.paymentMethodId) === (other.paymentMethodId ?? one.paymentMethodId)

/** Whether two rows may be of one kind: gateways call a card by several words, each balance has its own. */
function isSameKind(one: Transaction, other: Transaction): boolean {
  const [kind, its] = [kindOf(one), kindOf(other)]
  return kind === null || its === null || kind === its
}

function kindOf({ method, paymentMethodId }: Transaction): string | null {
  const balance = [method, paymentMethodId?.replace(/^bigcommerce\./, '') ?? ''].find((word) =>
    balances.has(word),
  )
  return balance ?? (method === '' && paymentMethodId === null ? null : 'gateway')
}

/** What a charge began as, if it is shown as pending too, or if only its capture is shown: a void may name that. */
function begunBy({ event, referenceId }: Transaction, transactions: readonly Transaction[]): number | null {
  const first = transactions.find(({ id }) => id !== null && id === referenceId)
  const isItsOwn = first ? isPending(first) : event === 'capture' || event === 'settled'
  return isItsOwn ? referenceId : null
}

/** What a void cancels: the trace that it names, or else the only one that it can mean. @returns null if that is none of these. */
function cancelledBy(
  each: Transaction,
  traces: readonly Trace[],
  failed: readonly Transaction[],
  transactions: readonly Transaction[],
): Trace | 'unclear' | null {
  const meant = traces.filter((one) => !one.isVoid && mayCancel(each, one.start))
  if (each.referenceId === null) {
    const ofItsKind = meant.filter((one) => isSameKind(each, one.start))
    const [only, ...more] = ofItsKind
    // Kinds are spelt in several ways, so that another kind alone does not say that it cancels none of these.
    if (!only) return meant.length > 0 ? 'unclear' : null
    return more.length > 0 || failed.some((start) => mayCancel(each, start)) ? 'unclear' : only
  }
  const named = referred(traces, each)
  // A void of a part leaves the rest.
  if (named) return isOver(each, named.start) ? named : 'unclear'
  // If the row that it names is shown, that one was refused or is still pending, so there is nothing to cancel. A row that is not
  // shown may be what one of these traces began as.
  const isShown = transactions.some((one) => one !== each && one.id === each.referenceId)
  return isShown || meant.length === 0 ? null : 'unclear'
}

const referred = (traces: readonly Trace[], { referenceId }: Transaction) =>
  referenceId === null ? undefined : traces.find(({ ids }) => ids.has(referenceId))

const mayFollow = ({ event, money, referenceId }: Transaction, trace: Trace) =>
  referenceId === null && !trace.followedBy.has(event) && isSameMoney(money, trace.money)

const mayCancel = (each: Transaction, start: Transaction) =>
  isOver(each, start) &&
  (each.createdAtMs === null || start.createdAtMs === null || start.createdAtMs <= each.createdAtMs)

/** Whether a void is over the money of a charge, as far as it says over how much it is. */
const isOver = ({ money }: Transaction, start: Transaction) =>
  money === null || money.amount === 0 || start.money === null || isSameMoney(money, start.money)

/** The order itself subtracts these balances from what is due. So no matter who applied them, the next charge is for the rest only. */
export function takenOff(live: readonly Trace[], order: Order | null): Trace[] {
  const { total, due } = order ?? {}
  if (!total || !due || total.currency !== due.currency) return []
  const applied = live.filter((trace) => balances.has(trace.start.method) && !isGivenBack(trace))
  const isAllOff = applied.every(({ money }) => money.currency === total.currency)
  return isAllOff && sumOf(applied, total.currency) <= total.amount - due.amount ? applied : []
}

/** What is kept of these charges. Of an order that says it was refunded, what was given back has paid it all the same. */
export const keptOf = (traces: readonly Trace[], currency: string | null, order: Order | null): number => {
  const isRefunded = order?.paymentStatus.includes('refunded') ?? false
  return traces
    .filter(({ money }) => money.currency === currency)
    .reduce((kept, { money, refunded }) => kept + Math.max(0, money.amount - (isRefunded ? 0 : refunded)), 0)
}

/** What these charges were over, in minor units of this currency. */
export const sumOf = (traces: readonly Trace[], currency: string | null) =>
  traces
    .filter(({ money }) => money.currency === currency)
    .reduce((total, { money }) => total + money.amount, 0)
