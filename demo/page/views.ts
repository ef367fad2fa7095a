import { byId, definition } from './dom.ts'
import { formatMinor } from './money.ts'
import { hideNotice } from './notice.ts'
import type { Receipt } from './receipts.ts'
import { type Doubt, wordsOfDoubt } from './shopper-words.ts'

const views = {
  loading: byId('loading', HTMLElement),
  form: byId('payment-form', HTMLFormElement),
  waiting: byId('waiting', HTMLElement),
  done: byId('done', HTMLElement),
}

/** Shows one part of the page and hides the others; null hides all. */
export function showView(name: keyof typeof views | null): void {
  for (const [each, view] of Object.entries(views)) view.hidden = each !== name
  byId('main', HTMLElement).setAttribute('aria-busy', String(name === 'loading'))
}

export function showWaiting(doubt: Doubt, tries: number): void {
  const isNew = views.waiting.hidden
  hideNotice()
  showView('waiting')
  byId('waiting-text', HTMLElement).textContent = wordsOfDoubt(doubt, tries)
  if (isNew) focusOn('waiting-title')
}

/** The order is paid. Without a receipt it was paid elsewhere, or before this page was opened. */
export function showDone(orderId: number, email: string, receipt: Receipt | null): void {
  hideNotice()
  showView('done')
  byId('done-text', HTMLElement).textContent = `We will email ${email} when it ships.`
  const { payment, paidWith } = receipt ?? {}
  const rows = [definition('Order', `#${orderId}`)]
  if (payment?.amount != null && payment.currency !== null) {
    rows.unshift(definition('Paid', formatMinor(payment.amount, payment.currency), 'receipt-amount'))
  }
  if (paidWith) rows.push(definition('With', paidWith))
  if (payment) rows.push(definition('Payment', payment.id, 'receipt-id'))
  byId('receipt', HTMLElement).replaceChildren(...rows)
  focusOn('done-title')
}

function focusOn(id: string): void {
  const heading = byId(id, HTMLElement)
  heading.focus({ preventScroll: true })
  heading.scrollIntoView({ block: 'center' })
}
