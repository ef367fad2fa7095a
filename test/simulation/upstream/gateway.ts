import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import { START_MS } from '../engine/create-run.ts'
import type { Run } from '../engine/run.ts'
import type { GatewayEnd } from '../scenario/scenario.ts'
import { ODD_REFUSALS, paid, refused, serverError } from './answers.ts'
import type { Books } from './books.ts'
import type { Lag } from './shown.ts'
import { type Charge, type Sale, STATUS, type StoreOrder } from './store-order.ts'

const declineCodes = [30102, 30103, 30104, 30106] as const

/** The service waits so long for a charge to show, counted from the end of its PAT. */
const waitedForMs = 15 * 60_000

/** How late one witness may be where the other is not: it has to be waited for all the same. */
const lateAloneMsMax = 12 * 60 * 60_000

interface Lags {
  readonly transaction: Lag
  readonly order: Lag
}

const usualLags: Lags = { transaction: {}, order: {} }
const within = (withinMs: number): Lags => ({ transaction: { withinMs }, order: { withinMs } })

/** The gateway: here money is taken, or not. */
export function createGateway(
  run: Run,
  books: Books,
  onReserved: (order: StoreOrder) => void,
  clock: () => number,
) {
  const { random, scenario, scheduler } = run
  const traits = scenario.upstream
  const { lateShows, merchants, oddRefusals } = scenario.hazards
  const isPaidElsewhere = merchants.some(({ kind }) => kind === 'pay_elsewhere' || kind === 'charge_unsaid')

  /** Drawn once for a charge: its transaction and its order are late together, or one of them is. */
  function lagsOf({ instrumentType }: Sale): Lags {
    if (!random.chance(lateShows.share)) return usualLags
    run.happened('late_shows')
    // Of a part payment the order alone says too little, and so it does where another application pays as well.
    const mayBeAlone = !traits.isBlind && !paysAPart(instrumentType) && !isPaidElsewhere
    const who = mayBeAlone ? random.pick(['both', 'transaction', 'order'] as const) : 'both'
    const late: Lag = { lateMs: random.below(who === 'both' ? lateShows.lateMsMax : lateAloneMsMax) }
    return { transaction: who === 'order' ? {} : late, order: who === 'transaction' ? {} : late }
  }

  /** By how much BigCommerce's clock is still set forward: by so much sooner, what is waited for is over. */
  const stepsAheadMs = (): number =>
    scenario.hazards.upstreamClock
      .filter(({ atMs }) => START_MS + atMs > scheduler.now())
      .reduce((sum, { byMs }) => sum + Math.max(0, byMs), 0)

  function take(sale: Sale, state: 'pending' | 'charged', becomes: Charge['becomes'], lags: Lags): Charge {
    const { order, instrumentType } = sale
    const isPart = paysAPart(instrumentType)
    const amountMinor = isPart ? Math.min(order.balanceMinor, sale.dueMinor) : sale.dueMinor
    if (isPart) order.balanceMinor -= amountMinor
    const lateMs = Math.min(lags.transaction.lateMs ?? 0, lags.order.lateMs ?? 0)
    const charge: Charge = {
      requestId: sale.requestId,
      amountMinor,
      paysAPart: isPart,
      isForeign: false,
      isOfAnotherKind: false,
      isEnded: false,
      isVeryLate: lateMs + traits.lagMsMax + stepsAheadMs() > sale.patLifeMs + waitedForMs,
      isDatedEarly: clock() < sale.patIssuedAtMs,
      state,
      becomes,
      wasSeenOpen: false,
    }
    order.charges.push(charge)
    books.charged(order, charge)
    return charge
  }

  function charge(sale: Sale, how: { isReserved?: boolean; isHeld?: boolean; withinMs?: number } = {}): void {
    const withinMs = Math.min(how.withinMs ?? Infinity, sale.showsWithinMs ?? Infinity)
    const lags = withinMs === Infinity ? lagsOf(sale) : within(withinMs)
    const taken = take(sale, 'charged', 'charged', lags)
    const { amountMinor } = taken
    const event = how.isReserved ? 'authorization' : 'purchase'
    books.addTransaction({ ...sale, event, status: 'ok', amountMinor, charge: taken, lag: lags.transaction })
    books.payOrder(sale, { amountMinor, ...how, lag: lags.order })
    if (how.isReserved) onReserved(sale.order)
  }

  function decline(sale: Sale): void {
    if (!traits.declinesAreTransactions) return
    books.addTransaction({ ...sale, event: 'purchase', status: 'error', amountMinor: sale.dueMinor })
  }

  function begin(sale: Sale, becomes: 'charged' | 'declined'): UpstreamAnswer {
    const lag: Lag = sale.showsWithinMs === null ? {} : { withinMs: sale.showsWithinMs }
    const pending = take(sale, 'pending', becomes, usualLags)
    const { amountMinor } = pending
    const began = books.addTransaction({
      ...sale,
      event: 'pending',
      status: 'ok',
      amountMinor,
      charge: pending,
      lag,
    })
    books.change(sale.order, { statusId: STATUS.awaitingPayment, paymentStatus: 'pending' }, lag)
    scheduler.after(random.below(traits.pendingMsMax), () => {
      pending.state = becomes
      run.trace?.('upstream', `pending charge of ${sale.requestId} is ${becomes} now`)
      const status = becomes === 'charged' ? 'ok' : 'error'
      books.addTransaction({ ...sale, event: 'purchase', status, amountMinor, ends: began, charge: pending })
      if (becomes === 'charged') books.payOrder(sale, { amountMinor })
      else declineLate(sale.order)
    })
    return paid(`bc-${sale.requestId}`, 'pending', 'purchase')
  }

  const declineLate = (order: StoreOrder) =>
    books.change(order, { statusId: traits.lateDeclineStatusId, paymentStatus: 'declined' })

  /** A refusal in undocumented words, or one that means something else; some of them charge. */
  function refuseOddly(sale: Sale): UpstreamAnswer {
    run.happened('odd_refusals')
    const odd = random.pick(ODD_REFUSALS)
    const isCharged = random.chance(0.5)
    run.trace?.(
      'gateway',
      `refuses ${sale.requestId} with ${odd.answer.status}${isCharged ? ', charged' : ''}`,
    )
    if (isCharged) charge(sale, odd.showsWithinMs === null ? {} : { withinMs: odd.showsWithinMs })
    return odd.answer
  }

  function answered(sale: Sale, how: { isReserved?: boolean; isHeld?: boolean }): UpstreamAnswer {
    charge(sale, how)
    return paid(`bc-${sale.requestId}`, 'success', how.isReserved ? 'authorization' : 'purchase')
  }

  return function askGateway(sale: Sale): UpstreamAnswer {
    const drawn = random.pick(traits.gatewayEnds)
    const isPart = paysAPart(sale.instrumentType)
    const end: GatewayEnd = isPart ? 'charged' : drawn
    // BigCommerce's own two methods have a balance or none, and no gateway behind them.
    if (isPart && sale.order.balanceMinor === 0) return refused(422, 30106)
    if (!isPart && random.chance(oddRefusals)) return refuseOddly(sale)
    run.trace?.('gateway', `${end} ${sale.requestId}`)
    switch (end) {
      case 'charged':
        return answered(sale, {})
      case 'authorized':
        return answered(sale, { isReserved: true })
      case 'held':
        return answered(sale, { isHeld: true })
      case 'declined':
        decline(sale)
        return refused(422, random.pick(declineCodes))
      case 'pending_charged':
        return begin(sale, 'charged')
      case 'pending_declined':
        return begin(sale, 'declined')
      case 'error':
        return random.chance(0.5) ? refused(500, 10000) : serverError(500)
      case 'error_charged':
        charge(sale)
        return random.chance(0.5) ? refused(500, 10000) : serverError(500)
      case 'duplicate':
        decline(sale)
        return refused(422, 30105)
      case 'duplicate_charged':
        // The gateway was asked twice: the first time it charged, the second it refused.
        charge(sale)
        decline(sale)
        return refused(422, 30105)
      default:
        return end satisfies never
    }
  }
}
