import { instant } from '../../domain/held-payment.ts'
import { sayMoney } from '../../domain/money.ts'
import { isFinal, type PaymentAttempt, publicStatus } from '../../domain/payment-attempt.ts'
import { subjectOf } from '../../domain/payment-story.ts'
import type { HeldAtDesk, ToldPayment } from '../../services/desk.ts'
import type { Resolved } from '../../services/resolve-payment.ts'
import { adviceLines, adviceOn } from './advice.ts'
import { sawDocument } from './documents.ts'

/** What people read, in lines of plain text. */

export function heldLines(payments: readonly HeldAtDesk[], nowMs: number): string {
  if (payments.length === 0) return 'No payment is held.'
  const count =
    payments.length === 1
      ? '1 payment is not finished. Until it is, its order cannot be paid again.'
      : `${payments.length} payments are not finished. Until they are, their orders cannot be paid again.`
  return [count, ...payments.map((payment) => ['', ...heldBlock(payment, nowMs)].join('\n'))].join('\n')
}

const heldBlock = ({ attempt, held }: HeldAtDesk, nowMs: number): string[] => [
  `${capitalised(subjectOf(attempt))}  ${publicStatus(attempt.status)}  ${paidBy(attempt)}`,
  `  payment     ${attempt.id}`,
  `  held for    ${sinceWords(held.held_since, nowMs)}`,
  `  why         ${held.why ?? '-'}`,
  `  next look   ${untilWords(held.next_look_at, nowMs) ?? 'none planned'}`,
  `  free        ${freeWords(held.free_at_latest, nowMs)}`,
  ...adviceLines(adviceOn({ attempt, held })),
]

export const toldLines = (payments: readonly ToldPayment[], nowMs: number): string =>
  payments.map((payment) => toldBlock(payment, nowMs).join('\n')).join('\n\n')

function toldBlock(payment: ToldPayment, nowMs: number): string[] {
  const { attempt, principal, story } = payment
  const isHeld = payment.held.held_since !== null
  return [
    ...(isHeld
      ? heldBlock(payment, nowMs)
      : [
          `${capitalised(subjectOf(attempt))}  ${publicStatus(attempt.status)}  ${paidBy(attempt)}`,
          `  payment     ${attempt.id}`,
        ]),
    `  who         ${attempt.customerId === null ? 'no customer' : `customer ${attempt.customerId}`}, caller ${principal}`,
    `  correlation ${attempt.correlationId} (for BigCommerce's support)`,
    ...(attempt.bigcommercePaymentId === null ? [] : [`  bigcommerce ${attempt.bigcommercePaymentId}`]),
    '  story',
    ...story.map(({ atMs, what, by, because }) => {
      const line = `    ${instant(atMs)}  ${by}: ${what}`
      return because === null ? line : `${line}\n      because: ${because}`
    }),
  ]
}

const paidBy = ({ amount, currency, paymentMethodId, instrumentType }: PaymentAttempt) =>
  `${amount === null || currency === null ? 'amount not known' : sayMoney({ amount, currency })} by ${paymentMethodId} (${instrumentType})`

/** What was seen, and what became of the decision. */
export function resolvedLines(resolved: Resolved): string {
  const { payment, refusal, isDuplicate } = resolved
  const lines = sawLines(resolved)
  if (refusal) lines.push('', `Refused. ${refusal.options.detail ?? ''}`)
  lines.push(
    '',
    `Payment ${payment.id} of ${subjectOf(payment)} ${isFinal(payment.status) ? 'is now' : 'stays'} ${publicStatus(payment.status)}.`,
  )
  if (isDuplicate)
    lines.push(
      'The order may have been charged more than once: compare it with the gateway, and refund what is too much ("Duplicate charge" in docs/operations.md).',
    )
  return lines.join('\n')
}

function sawLines(resolved: Resolved): string[] {
  const saw = sawDocument(resolved)
  if (saw.transactions === null) return ['BigCommerce could not be read.']
  const order =
    resolved.reading?.order == null
      ? '  order         not there, or could not be read'
      : `  order         status ${saw.order_status ?? 'not said'}, payment status ${saw.payment_status || 'none'}`
  const transactions = saw.transactions.map(
    ({ id, event, status, amount, currency, created_at }) =>
      `  transaction   ${id ?? '-'}  ${event} ${status}  ${amount === null || currency === null ? '' : sayMoney({ amount, currency })}  ${created_at ?? ''}`,
  )
  return [
    'BigCommerce shows:',
    order,
    ...(transactions.length > 0 ? transactions : ['  transactions  none']),
    `  so            ${resolved.verdict === null ? 'nothing is known of this payment' : verdictWords[resolved.verdict]}`,
  ]
}

const verdictWords: Readonly<Record<NonNullable<Resolved['verdict']>, string>> = {
  charged: 'this payment was charged',
  pending: 'this payment is pending, and may still be charged',
  failed: 'this payment was pending and has failed',
  absent: 'it shows no charge of this payment',
  unclear: 'it is not clear whether this payment was charged',
}

const unitsOfTime: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

/** The two largest units: `2 h 5 min`. */
export function lasting(ms: number): string {
  const parts: string[] = []
  let rest = Math.max(0, ms)
  for (const [unitMs, unit] of unitsOfTime) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) parts.push(`${count} ${unit}`)
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

const sinceWords = (at: string | null, nowMs: number) =>
  at === null ? '-' : `${lasting(nowMs - Date.parse(at))}, since ${at}`

const untilWords = (at: string | null, nowMs: number) =>
  at === null ? null : `in ${lasting(Date.parse(at) - nowMs)}, at ${at}`

const freeWords = (at: string | null, nowMs: number) =>
  at === null
    ? 'not by waiting: when BigCommerce shows a charge or a refusal, or a person decides'
    : `${untilWords(at, nowMs)} at the latest, if BigCommerce shows no charge`

const capitalised = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
