import { byId, definition, element } from './dom.ts'
import { formatMinor } from './money.ts'
import { hideNotice } from './notice.ts'
import type { Receipt } from './receipts.ts'
import type { WaitingWords } from './shopper-words.ts'
import { nameOf } from './storefront.ts'

const views = {
  loading: byId('loading', HTMLElement),
  form: byId('payment-form', HTMLFormElement),
  waiting: byId('waiting', HTMLElement),
  away: byId('away', HTMLElement),
  done: byId('done', HTMLElement),
}

/** Shows one part of the page and hides the others; null hides all. */
export function showView(name: keyof typeof views | null): void {
  for (const [each, view] of Object.entries(views)) view.hidden = each !== name
  byId('main', HTMLElement).setAttribute('aria-busy', String(name === 'loading'))
}

/** What a shopper needs to know of a payment that is waited for, to ask the shop about it. */
export interface WaitingFacts {
  /** The order, or the cart. */
  readonly id: number | string
  readonly amount: string
  /** Null while the service has not shown the payment. */
  readonly paymentId: string | null
}

export function showWaiting({ title, urgent, text, next }: WaitingWords, facts: WaitingFacts): void {
  const isNew = views.waiting.hidden
  hideNotice()
  showView('waiting')
  byId('waiting-title', HTMLElement).textContent = title
  const parts = urgent === null ? [text] : [element('strong', {}, urgent), ` ${text}`]
  byId('waiting-text', HTMLElement).replaceChildren(...parts)
  byId('waiting-next', HTMLElement).textContent = next
  const rows = [named(facts.id), definition('Amount', facts.amount)]
  if (facts.paymentId !== null) rows.push(definition('Payment', facts.paymentId, 'receipt-id'))
  byId('waiting-facts', HTMLElement).replaceChildren(...rows)
  if (isNew) focusOn('waiting-title')
}

/** Nothing is known of the order, and nothing can be done but try again. */
export function showAway(sentence: string): void {
  hideNotice()
  showView('away')
  byId('away-text', HTMLElement).textContent = sentence
}

/** The order is paid. Without a receipt it was paid elsewhere, or before this page was opened. */
export function showDone(id: number | string, email: string, receipt: Receipt | null): void {
  hideNotice()
  showView('done')
  byId('done-text', HTMLElement).textContent = `We will email ${email} when it ships.`
  const { payment, paidWith } = receipt ?? {}
  const rows = [named(payment?.order_id ?? id)]
  if (payment?.amount != null && payment.currency !== null) {
    rows.unshift(definition('Paid', formatMinor(payment.amount, payment.currency), 'receipt-amount'))
  }
  if (paidWith) rows.push(definition('With', paidWith))
  if (payment) rows.push(definition('Payment', payment.id, 'receipt-id'))
  byId('receipt', HTMLElement).replaceChildren(...rows)
  focusOn('done-title')
}

function named(id: number | string): HTMLElement {
  const { kind, name } = nameOf(id)
  return definition(kind, name)
}

function focusOn(id: string): void {
  const heading = byId(id, HTMLElement)
  heading.focus({ preventScroll: true })
  heading.scrollIntoView({ block: 'center' })
}
