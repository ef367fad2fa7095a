import { type Attempt, isChargedAfter, wasPaidAt } from './attempts.ts'
import type { Evidence, Promised, Violation } from './promises.ts'
import type { Told } from './told.ts'

/** These speak of another request's payment, or claim nothing about money. */
const claimsNothing = new Set([
  'internal_error',
  'request_in_progress',
  'order_payment_in_progress',
  'order_already_paid',
])

/** Compares each answer with the charges of the payment that it is about. */
export function judgeAnswers({ told, attempts }: Evidence): Violation[] {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]))
  const byRequest = new Map(attempts.map((attempt) => [attempt.requestId, attempt]))
  const found: Violation[] = []
  for (const each of told) {
    for (const [id, claim] of claimsOf(each, byRequest)) {
      const about = byId.get(id) ?? unheardOf
      // Of a checkout, the one that was made of it.
      const orderId = each.orderId || about.orderId
      const add = (promise: Promised, what: string) => found.push({ promise, orderId, what })
      if (claim === 'paid' && !wasPaidAt(about, each.atMs)) add('positive', `${id}: ${summary(each)}`)
      if (claim === 'not paid' && isChargedAfter(about, each.atMs)) add('negative', `${id}: ${summary(each)}`)
    }
  }
  return [...found, ...contradictions(told, byId)]
}

const unheardOf: Attempt = { id: '', orderId: 0, requestId: '', row: null, requests: [], charges: [] }

type Claim = readonly [paymentId: string, claim: 'paid' | 'not paid']

function claimsOf(told: Told, byRequest: ReadonlyMap<string, Attempt>): Claim[] {
  const claims: Claim[] = []
  for (const { id, status } of told.payments) {
    if (status === 'success') claims.push([id, 'paid'])
    if (status === 'declined' || status === 'not_charged') claims.push([id, 'not paid'])
  }
  if (told.code === null) return claims
  if (told.code === 'order_already_paid' && told.paymentId) claims.push([told.paymentId, 'paid'])
  if (claimsNothing.has(told.code)) return claims
  // Every other problem says that its own request charged nothing, whether or not it names the payment.
  const id = told.paymentId ?? byRequest.get(told.requestId ?? '')?.id
  if (id !== undefined && told.key !== null) claims.push([id, 'not paid'])
  return claims
}

/** The last word on a key: paid, or a problem after which only a new key helps, with the payment that it ended. */
const isFinal = ({ status, retry, paymentId }: Told) =>
  status === 201 || (retry === 'new_key' && paymentId !== null)

function contradictions(told: readonly Told[], byId: ReadonlyMap<string, Attempt>): Violation[] {
  const finals = told.filter((each) => each.key !== null && isFinal(each))
  const byKey = Map.groupBy(finals, ({ device, key }) => `${device} ${key}`)
  return [...byKey].flatMap(([key, answers]) => {
    const texts = new Set(answers.map(({ text }) => text))
    const [first] = answers
    const orderId = first?.orderId || (byId.get(first?.payments[0]?.id ?? '')?.orderId ?? 0)
    return texts.size > 1 ? [{ promise: 'same', orderId, what: `${key}: ${[...texts].join(' | ')}` }] : []
  })
}

const summary = ({ status, code, device, key }: Told) => `${status} ${code ?? ''} to ${device}, key ${key}`
