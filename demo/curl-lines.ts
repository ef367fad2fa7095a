import { randomUUID } from 'node:crypto'

export interface CurlLine {
  readonly says: string
  readonly command: string
}

export interface CurlContext {
  readonly chargesUrl: string
  readonly checkoutId: string
  readonly orderIds: Readonly<Record<'card' | 'storedCard' | 'decline' | 'held', number>>
}

/** The sandbox's fixtures: see its README. */
const storedCardToken = '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef'
const goodCard = '4242424242424242'
const declinedCard = '4000000000009995'
/** Code 10000, which does not say whether it was charged. It was not. */
const unclearCard = '4000000000000119'

/** The README's commands use the same variables, so that they can be pasted unchanged. */
const tillgate = '$TILLGATE'
const authorization = '-H "Authorization: Bearer $CALLER_TOKEN"'

/** Commands that show what the API does, for a shell in which `$TILLGATE` and `$CALLER_TOKEN` are set. */
export function curlLines({ chargesUrl, checkoutId, orderIds }: CurlContext): readonly CurlLine[] {
  const post = (path: string, instrument: object, agreed: object = {}, key: string = randomUUID()) =>
    [
      `${tillgate}${path} ${authorization}`,
      `  -H 'Idempotency-Key: ${key}' -H 'Content-Type: application/json'`,
      `  -d '${JSON.stringify({ payment: { instrument, payment_method_id: 'stripe.card' }, ...agreed })}'`,
    ].join(' \\\n')
  const pay = (orderId: number, instrument: object) => post(`/orders/${orderId}/pay`, instrument)

  const payByCard = pay(orderIds.card, card(goodCard))
  const storedCard = { type: 'stored_card', token: storedCardToken, verification_value: '424' }
  return [
    {
      says: `What can order ${orderIds.card} be paid with?`,
      command: `curl -sS ${tillgate}/orders/${orderIds.card}/payment-methods ${authorization}`,
    },
    { says: `Pay order ${orderIds.card} by card`, command: `curl -sS ${payByCard}` },
    {
      says: 'Send the same request again: the same answer, "Idempotent-Replayed: true", and no second charge',
      command: `curl -sSi ${payByCard}`,
    },
    {
      says: `Pay order ${orderIds.storedCard} by the shopper's stored card`,
      command: `curl -sS ${pay(orderIds.storedCard, storedCard)}`,
    },
    {
      says: `Pay order ${orderIds.decline} by a card without funds: declined`,
      command: `curl -sS ${pay(orderIds.decline, card(declinedCard))}`,
    },
    {
      says: `Pay order ${orderIds.held}, and get no clear answer: it is not known whether it was charged, so the order is held`,
      command: `curl -sS ${pay(orderIds.held, card(unclearCard))}`,
    },
    {
      says: 'A cart that is no order yet: what is due, and what can it be paid with?',
      command: `curl -sS ${tillgate}/checkouts/${checkoutId}/payment-methods ${authorization}`,
    },
    {
      says: 'Pay it: its order is made and charged, once. "order_id" says which order it is',
      command: `curl -sS ${post(`/checkouts/${checkoutId}/pay`, card(goodCard), { expected_amount: 6098 })}`,
    },
    { says: 'What was really charged?', command: `curl -sS ${chargesUrl}` },
  ]
}

const card = (number: string) => ({
  type: 'card',
  number,
  cardholder_name: 'Jane Does',
  expiry_month: 12,
  expiry_year: new Date().getFullYear() + 3,
  verification_value: '123',
})
