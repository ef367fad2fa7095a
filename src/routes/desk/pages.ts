import { instant } from '../../domain/held-payment.ts'
import { sayMoney } from '../../domain/money.ts'
import { type PaymentAttempt, publicStatus } from '../../domain/payment-attempt.ts'
import type { HeldAtDesk, ToldPayment } from '../../services/desk.ts'
import { type Html, html } from './html.ts'

/** The store's allowance as it stands. */
export interface AllowanceStanding {
  /** Payments that may be sent now. */
  readonly free: number
  /** Payments in one window. */
  readonly limit: number
}

export const page = (title: string, query: string, main: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Tillgate</title>
<link rel="stylesheet" href="desk.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<a href="./">Tillgate desk</a>
<form action="./" method="get" role="search">
<label>Order or payment <input type="search" name="q" value="${query}" maxlength="64" autocomplete="off" spellcheck="false" required></label>
<button type="submit">Find</button>
</form>
</header>
<main>
${main}
</main>
</body>
</html>
`

export const overview = (
  allowance: AllowanceStanding,
  held: readonly HeldAtDesk[],
  shownMax: number,
): Html => html`<h1>Desk</h1>
<h2 id="allowance">Allowance</h2>
<p><meter min="0" max="${allowance.limit}" value="${allowance.free}" aria-labelledby="allowance"></meter><br>
${allowance.free} of ${allowance.limit} payments may be sent now.</p>
<h2>Without an end</h2>
${
  held.length === 0
    ? html`<p>No payment is held.</p>`
    : html`<p>${held.length < shownMax ? `${held.length} in all, the oldest first.` : `The ${shownMax} oldest. There may be more: use the command.`}</p>
<ul class="cards">${held.map((payment) => html`<li class="card">${summary(payment)}</li>`)}</ul>`
}
<p class="quiet">This page changes nothing. To end a payment by a person's decision: <code>npm run payments -- resolve</code>.</p>`

export const stories = (query: string, told: readonly ToldPayment[]): Html => html`<h1>${
  told.length === 0 ? 'Nothing found' : `Found for ${query}`
}</h1>
${
  told.length === 0
    ? html`<p>The ledger has no payment of an order or with an id <q>${query}</q>.</p>`
    : html`<h2>${told.length === 1 ? 'One payment' : `${told.length} payments, the newest first`}</h2>
<ul class="cards">${told.map(
        (payment) => html`<li class="card">${summary(payment)}${story(payment)}</li>`,
      )}</ul>`
}`

function summary({ attempt, held }: HeldAtDesk): Html {
  const row = (term: string, value: string | null | Html) =>
    value === null ? html`` : html`<dt>${term}</dt><dd>${value}</dd>`
  return html`<h3>${attempt.orderId === null ? html`Checkout ${attempt.cartId ?? ''}` : html`Order <a href="?q=${attempt.orderId}">${attempt.orderId}</a>`}: <span class="status">${publicStatus(attempt.status)}</span></h3>
<dl>
${row('Amount', amountOf(attempt))}
${row('Paid by', `${attempt.paymentMethodId} (${attempt.instrumentType})`)}
${row('Payment', html`<a href="?q=${attempt.id}">${attempt.id}</a>`)}
${row('At BigCommerce', attempt.bigcommercePaymentId)}
${row('Held since', held.held_since && time(held.held_since))}
${row('Why', held.why)}
${row('Next look', held.next_look_at && time(held.next_look_at))}
${row('Free at the latest', held.free_at_latest && time(held.free_at_latest))}
</dl>`
}

const story = ({ attempt, principal, story }: ToldPayment): Html => html`<dl>
<dt>Who</dt><dd>${attempt.customerId === null ? '' : `customer ${attempt.customerId}, `}caller ${principal}</dd>
<dt>Correlation id</dt><dd>${attempt.correlationId}</dd>
</dl>
<h3>Story</h3>
<ol class="story">${story.map(
  ({ atMs, what, by, because }) =>
    html`<li>${time(instant(atMs) ?? '')}<br>${by}: ${what}${
      because === null ? '' : html`<br><span class="quiet">because: ${because}</span>`
    }</li>`,
)}</ol>`

const time = (at: string): Html =>
  html`<time datetime="${at}">${at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>`

const amountOf = ({ amount, currency }: PaymentAttempt): string =>
  amount === null || currency === null ? 'not known' : sayMoney({ amount, currency })

export const failure = (detail: string): Html => html`<h1>Not now</h1>
<p role="alert">${detail}</p>`
