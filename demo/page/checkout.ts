import { complaintsOf, showComplaints } from './field-errors.ts'
import { createFollowOrder } from './follow-order.ts'
import { formatMinor } from './money.ts'
import { hideNotice, showNotice } from './notice.ts'
import { showOrder } from './order-summary.ts'
import { payUntilKnown } from './pay-until-known.ts'
import { type ChosenPayment, createPaymentForm, type PaymentForm } from './payment-form.ts'
import { createPaymentIntents, type Receipt } from './payment-intent.ts'
import { createPaymentsApi } from './payments-api.ts'
import type { PaymentMethods, Problem } from './payments-api-types.ts'
import { wordsOf } from './shopper-words.ts'
import { type Checkout, openCheckout } from './storefront.ts'
import { showDone, showView, showWaiting } from './views.ts'

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000))

/** Takes one order from "what is it" to "it is paid". Told when something may have been charged. */
export function startCheckout(checkout: Checkout, onChange: () => void): PaymentForm {
  const { order, api_url: url, caller_token: callerToken, card_method_id: cardMethodId } = checkout
  const renewToken = async () => (await reopened(order.id)).caller_token
  const api = createPaymentsApi({ url, callerToken, renewToken })
  const intents = createPaymentIntents(sessionStorage, order.id)
  const form = createPaymentForm(pay)
  const followOrder = createFollowOrder({
    api,
    orderId: order.id,
    sleep,
    isPaidAtShop: async () => (await reopened(order.id)).order.is_paid,
    begunWith: () => intents.open()?.paidWith ?? null,
    offer,
    done,
  })

  function offer(methods: PaymentMethods): void {
    hideNotice()
    showOrder(checkout, methods.meta.order)
    form.offer(methods, cardMethodId)
  }

  function done(receipt: Receipt | null): void {
    if (receipt) intents.settle(receipt)
    showDone(order.id, order.shopper.email, receipt)
    onChange()
  }

  async function pay(chosen: ChosenPayment): Promise<void> {
    const { payment, paidWith, option, due } = chosen
    const request = { payment, expected_amount: due.amount }
    const key = await intents.keyFor(request, paidWith)
    const ending = await payUntilKnown({
      send: () => api.pay(order.id, key, request),
      onDoubt(doubt, tries) {
        showWaiting(doubt, tries)
        onChange()
      },
      sleep,
    })
    onChange()
    switch (ending.kind) {
      case 'paid': {
        const receipt = { payment: ending.payment, paidWith }
        return option.paysInPart ? paidInPart(receipt, due.amount) : done(receipt)
      }
      case 'already_paid':
      case 'other_payment':
        intents.end()
        if ((await followOrder()) !== null) showNotice(otherFailed)
        return
      case 'refused':
        return refused(ending.problem, chosen)
      default:
        return ending satisfies never
    }
  }

  /** What it paid is what is owed less than before. */
  async function paidInPart(receipt: Receipt, dueBefore: number): Promise<void> {
    const due = await followOrder(receipt)
    if (due === null) return
    intents.end()
    const sum = formatMinor(dueBefore - due.amount, due.currency)
    showNotice({ title: `${sum} is paid`, text: 'Please choose how to pay the rest.' }, null, 'good')
  }

  async function refused(problem: Problem, { option }: ChosenPayment): Promise<void> {
    if (problem.retry === 'new_key') intents.end()
    const mayHaveChanged = problem.code === 'amount_changed' || problem.retry === 'never'
    if (mayHaveChanged && (await followOrder()) === null) return
    showView('form')
    form.setBusy(false)
    const complaints = complaintsOf(problem, option)
    if (complaints) showComplaints(option, complaints)
    else showNotice(wordsOf(problem), problem.status === 402 ? null : problem.request_id)
  }

  const receipt = intents.receipt()
  if (receipt && order.is_paid) done(receipt)
  else void followOrder()
  return form
}

async function reopened(orderId: number): Promise<Checkout> {
  const checkout = await openCheckout(orderId)
  if (checkout === null) throw new Error('The shop no longer knows this order.')
  return checkout
}

const otherFailed = {
  title: 'The other payment did not go through',
  text: 'You have not been charged. You can pay now.',
}
