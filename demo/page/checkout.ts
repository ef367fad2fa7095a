import {
  createTillgate,
  type PaymentMethods,
  PaymentUnresolved,
  type Problem,
  TillgateProblem,
} from '@tillgate/client'
import { complaintsOf, showComplaints } from './field-errors.ts'
import { createFollowOrder } from './follow-order.ts'
import { formatMinor } from './money.ts'
import { hideNotice, showNotice } from './notice.ts'
import { showOrder } from './order-summary.ts'
import { type ChosenPayment, createPaymentForm, type PaymentForm } from './payment-form.ts'
import { createReceipts, type Receipt } from './receipts.ts'
import { wordsOf } from './shopper-words.ts'
import { type Checkout, openCheckout } from './storefront.ts'
import { showDone, showView, showWaiting } from './views.ts'

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000))

/** A tab may stand open for a night; the page goes on asking as long as somebody may come back to it. */
const longestVisitMs = 24 * 60 * 60 * 1_000

/** Takes one order from "what is it" to "it is paid". Told when something may have been charged. */
export function startCheckout(checkout: Checkout, onChange: () => void): PaymentForm {
  const { order, api_url: url, caller_token: callerToken, card_method_id: cardMethodId } = checkout
  let token = callerToken
  const tillgate = createTillgate({
    baseUrl: url,
    // Keys live as long as the tab: a reload goes on with the payment that it finds.
    storage: sessionStorage,
    async token({ isRefused }) {
      if (isRefused) token = (await reopened(order.id)).caller_token
      return token
    },
  })
  const receipts = createReceipts(sessionStorage, order.id)
  const form = createPaymentForm(pay)
  const followOrder = createFollowOrder({
    tillgate,
    orderId: order.id,
    sleep,
    isPaidAtShop: async () => (await reopened(order.id)).order.is_paid,
    begunWith: receipts.begunWith,
    offer,
    done,
  })

  function offer(methods: PaymentMethods): void {
    hideNotice()
    showOrder(checkout, methods.meta.order)
    form.offer(methods, cardMethodId)
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
      const paid = await tillgate.payOrder(
        order.id,
        { payment, expected_amount: due.amount },
        {
          maxWaitMs: longestVisitMs,
          onWaiting({ reason, tries }) {
            showWaiting(reason, tries)
            onChange()
          },
        },
      )
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

  /** What it paid is what is owed less than before. */
  async function paidInPart(receipt: Receipt, dueBefore: number): Promise<void> {
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
  if (receipt && order.is_paid) done(receipt)
  else void followOrder()
  return form
}

async function reopened(orderId: number): Promise<Checkout> {
  const checkout = await openCheckout(orderId)
  if (checkout === null) throw new Error('The shop no longer knows this order.')
  return checkout
}

/** The order is paid, or being paid, by another tab, or was before a reload. */
const elsewhere: ReadonlySet<string> = new Set(['order_already_paid', 'order_payment_in_progress'])

const thisFailed = {
  title: 'The payment did not go through',
  text: 'You have not been charged. You can try again.',
}
const otherFailed = {
  title: 'The other payment did not go through',
  text: 'You have not been charged. You can pay now.',
}
