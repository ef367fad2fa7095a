import {
  createTillgate,
  type Payment,
  PaymentUnresolved,
  type Problem,
  TillgateProblem,
} from '@tillgate/client'
import { complaintsOf, showComplaints } from './field-errors.ts'
import { createFollowOrder } from './follow-order.ts'
import { formatDecimal, formatMinor } from './money.ts'
import { hideNotice, showNotice } from './notice.ts'
import { showOrder } from './order-summary.ts'
import { type Offer, payableOf } from './payable.ts'
import { type ChosenPayment, createPaymentForm, type PaymentForm } from './payment-form.ts'
import { createReceipts, type Receipt } from './receipts.ts'
import { type Doubt, wordsOf, wordsOfDoubt } from './shopper-words.ts'
import { type Checkout, openCheckout } from './storefront.ts'
import { showDone, showView, showWaiting } from './views.ts'

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000))

/** A tab may stay open overnight; the page keeps asking until the shopper comes back. */
const longestVisitMs = 24 * 60 * 60 * 1_000

/** Takes one order, or one cart, from its summary to its receipt. `onChange` is called when something may have been charged. */
export function startCheckout(checkout: Checkout, onChange: () => void): PaymentForm {
  const { order, api_url: url, caller_token: callerToken, card_method_id: cardMethodId } = checkout
  let token = callerToken
  const tillgate = createTillgate({
    baseUrl: url,
    // Keys are kept as long as the tab, so a reload continues the same payment.
    storage: sessionStorage,
    async token({ isRefused }) {
      if (isRefused) token = (await reopened(order.id)).caller_token
      return token
    },
  })
  const payable = payableOf(tillgate, order.id)
  const receipts = createReceipts(sessionStorage, order.id)
  const form = createPaymentForm(pay)
  const followOrder = createFollowOrder({
    payable,
    sleep,
    isPaidAtShop: async () => (await reopened(order.id)).order.is_paid === true,
    begunWith: receipts.begunWith,
    offer,
    done,
    wait,
  })
  let amount = formatDecimal(order.total, order.currency)

  function offer(offered: Offer): void {
    hideNotice()
    const { due } = offered
    amount = formatMinor(due.amount, due.currency)
    showOrder(checkout, due)
    form.offer(offered, cardMethodId)
  }

  function wait(doubt: Doubt, tries: number, payment: Payment | null): void {
    const words = wordsOfDoubt(doubt, tries, payment?.free_at_latest ?? null)
    showWaiting(words, { id: order.id, amount, paymentId: payment?.id ?? null })
  }

  function done(receipt: Receipt | null): void {
    if (receipt) receipts.settle(receipt)
    showDone(order.id, order.shopper.email, receipt)
    onChange()
  }

  async function pay(chosen: ChosenPayment): Promise<void> {
    const { payment, paidWith, option, due } = chosen
    receipts.begin(paidWith)
    try {
      const paid = await payable.pay(payment, due.amount, {
        maxWaitMs: longestVisitMs,
        onWaiting({ reason, tries, payment: seen }) {
          wait(reason, tries, seen)
          onChange()
        },
      })
      const receipt = { payment: paid, paidWith }
      if (option.paysInPart) await paidInPart(receipt, due.amount)
      else done(receipt)
    } catch (error) {
      await notPaid(error, chosen)
    }
    onChange()
  }

  async function notPaid(error: unknown, chosen: ChosenPayment): Promise<void> {
    const isElsewhere = error instanceof TillgateProblem && elsewhere.has(error.code)
    if (error instanceof TillgateProblem && !isElsewhere) return refused(error.problem, chosen)
    if (!isElsewhere && !(error instanceof PaymentUnresolved)) throw error
    if (isElsewhere) receipts.end()
    if ((await followOrder()) !== null) showNotice(isElsewhere ? otherFailed : thisFailed)
  }

  /** The amount paid is the difference between what was due before and after. */
  async function paidInPart(receipt: Receipt, dueBefore: number): Promise<void> {
    form.forget()
    const due = await followOrder(receipt)
    if (due === null) return
    receipts.end()
    const sum = formatMinor(dueBefore - due.amount, due.currency)
    showNotice({ title: `${sum} is paid`, text: 'Please choose how to pay the rest.' }, null, 'good')
  }

  async function refused(problem: Problem, { option }: ChosenPayment): Promise<void> {
    if (problem.retry === 'new_key') receipts.end()
    const mayHaveChanged = problem.code === 'amount_changed' || problem.retry === 'never'
    if (mayHaveChanged && (await followOrder()) === null) return
    showView('form')
    form.setBusy(false)
    const complaints = complaintsOf(problem, option)
    if (complaints) showComplaints(option, complaints)
    else showNotice(wordsOf(problem), problem.status === 402 ? null : problem.request_id)
  }

  const receipt = receipts.receipt()
  // Of a cart, the receipt is all that the shop has.
  if (receipt && order.is_paid !== false) done(receipt)
  else void followOrder()
  return form
}

async function reopened(id: number | string): Promise<Checkout> {
  const checkout = await openCheckout(id)
  if (checkout === null) throw new Error('The shop no longer knows this order.')
  return checkout
}

/** Another tab is paying the order or has paid it, or this tab did before a reload. */
const elsewhere: ReadonlySet<string> = new Set(['order_already_paid', 'order_payment_in_progress'])

const thisFailed = {
  title: 'The payment did not go through',
  text: 'You have not been charged. You can try again.',
}
const otherFailed = {
  title: 'The other payment did not go through',
  text: 'You have not been charged. You can pay now.',
}
