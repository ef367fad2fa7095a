import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { Run } from '../engine/run.ts'
import type { GatewayEnd } from '../scenario/scenario.ts'
import { paid, refused, serverError } from './answers.ts'
import type { Books } from './books.ts'
import type { Charge, Sale } from './store-order.ts'

const declineCodes = [30102, 30103, 30104, 30106] as const

/** The gateway: here money is taken, or not. */
export function createGateway(run: Run, books: Books) {
  const { random, scenario, scheduler } = run
  const traits = scenario.upstream

  function take(sale: Sale, state: Charge['state'], becomes: Charge['becomes']): Charge {
    const { order, instrumentType } = sale
    const isPart = paysAPart(instrumentType)
    const amountMinor = isPart ? Math.min(order.balanceMinor, sale.dueMinor) : sale.dueMinor
    if (isPart) order.balanceMinor -= amountMinor
    const charge = { requestId: sale.requestId, amountMinor, paysAPart: isPart, state, becomes }
    order.charges.push(charge)
    books.charged(order, charge)
    return charge
  }

  function charge(sale: Sale, isReserved = false, isHeld = false): void {
    const { amountMinor } = take(sale, 'charged', 'charged')
    books.addTransaction(sale, isReserved ? 'authorization' : 'purchase', 'ok', amountMinor)
    books.payOrder(sale, amountMinor, isReserved, isHeld)
  }

  function decline(sale: Sale): void {
    if (traits.declinesAreTransactions) books.addTransaction(sale, 'purchase', 'error', sale.dueMinor)
  }

  function begin(sale: Sale, becomes: Charge['becomes']): UpstreamAnswer {
    const pending = take(sale, 'pending', becomes)
    const began = books.addTransaction(sale, 'pending', 'ok', pending.amountMinor)
    books.pendOrder(sale.order)
    scheduler.after(random.below(traits.pendingMsMax), () => {
      pending.state = becomes
      run.trace?.('upstream', `pending charge of ${sale.requestId} is ${becomes} now`)
      const status = becomes === 'charged' ? 'ok' : 'error'
      books.addTransaction(sale, 'purchase', status, pending.amountMinor, began)
      if (becomes === 'charged') books.payOrder(sale, pending.amountMinor, false, false)
      else books.declineOrder(sale.order)
    })
    return paid(`bc-${sale.requestId}`, 'pending', 'purchase')
  }

  return function askGateway(sale: Sale): UpstreamAnswer {
    const drawn = random.pick(traits.gatewayEnds)
    const isPart = paysAPart(sale.instrumentType)
    const end: GatewayEnd = isPart ? 'charged' : drawn
    // BigCommerce's own two methods have a balance or none, and no gateway behind them.
    if (isPart && sale.order.balanceMinor === 0) return refused(422, 30106)
    run.trace?.('gateway', `${end} ${sale.requestId}`)
    const id = `bc-${sale.requestId}`
    switch (end) {
      case 'charged':
        charge(sale)
        return paid(id, 'success', 'purchase')
      case 'authorized':
        charge(sale, true)
        return paid(id, 'success', 'authorization')
      case 'held':
        charge(sale, false, true)
        return paid(id, 'success', 'purchase')
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
