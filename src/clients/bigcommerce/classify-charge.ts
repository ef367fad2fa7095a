import { z } from 'zod'
import { BIGCOMMERCE_CODES, bigcommerceCodeOf, duplicateCode } from '../../domain/bigcommerce-codes.ts'
import { holdsCardNumber } from '../../domain/card-number.ts'
import type { PaymentOutcome, UnknownReason } from '../../domain/payment-outcome.ts'
import {
  answeredAtMs,
  fieldsIn,
  isAbsent,
  readErrorEnvelope,
  retryAfterSeconds,
  type UpstreamAnswer,
  wordIn,
} from './exchange.ts'

/** Its id is kept and shown, so it must not be a card number. Some gateways send ids as numbers. */
const paymentId = z
  .union([z.string(), z.int().positive().transform(String)])
  .refine((id) => id.length > 0 && id.length <= 255 && !holdsCardNumber(id))
/** BigCommerce sometimes writes its words in another case. A value that is not text is none of them. */
const wordOf = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z.string().transform(wordIn).pipe(z.enum(words))
const status = wordOf(['success', 'pending'])
const transactionType = wordOf(['authorization', 'purchase'])
/** The kind of transaction, or null where none is said. */
const transactionTypeOrNone = z
  .union([transactionType, z.literal(''), z.null()])
  .optional()
  .transform((said) => said || null)

/**
 * The recognised success. What kind of transaction it was may be left out: that the payment succeeded is clear without it.
 * Until 2026 the published shape had no `data` around it. Without `data` every field must be there, since the page of
 * a proxy may have an id and a status as well.
 */
const PaidAnswer = z.union([
  z
    .looseObject({
      data: z.looseObject({ id: paymentId, status, transaction_type: transactionTypeOrNone }),
    })
    .transform(({ data }) => data),
  z.looseObject({
    data: z.null().optional(),
    id: paymentId,
    status,
    transaction_type: transactionType,
  }),
])

/** The body of a 429 as BigCommerce's other endpoints document it. */
const TurnedAwayBody = z.looseObject({ status: z.literal(429), title: z.string() })

const authenticationWords = new Set(['three_d_secure_required', 'additional_action_required'])

export interface ChargeAsked {
  /** Whether the instrument was to be saved: then "could not be saved" may come after the charge. */
  readonly savesInstrument: boolean
}

/** A refusal of the payment comes with one of these; on any other status a code proves nothing. */
const refusalStatuses = new Set([400, 402, 422])
const fieldErrorStatuses = new Set([400, 422])
const notSaved = 30050
/** BigCommerce's codes of a payment, documented or not. */
const isPaymentCode = (code: number) => code >= 30_000 && code < 31_000

/**
 * Names what an answer to a charge proves. A status alone proves nothing: only a recognised success is a
 * success, only a refusal in BigCommerce's own words is a refusal, and the rest is unknown.
 */
export function classifyCharge(answer: UpstreamAnswer, { savesInstrument }: ChargeAsked): PaymentOutcome {
  if (answer.status >= 200 && answer.status < 300) return classifySuccess(answer)
  if (saysDuplicate(answer)) return unknown('possible_duplicate', duplicateCode)
  if (answer.status === 429) return classifyTurnedAway(answer)
  if (answer.status >= 400 && answer.status < 500) return classifyRefusal(answer, savesInstrument)
  return unknown('server_error', readErrorEnvelope(answer.json)?.code ?? null)
}

function classifySuccess(answer: UpstreamAnswer): PaymentOutcome {
  const { json } = answer
  const paid = PaidAnswer.safeParse(json)
  if (!paid.success && saysDuplicate(answer)) return unknown('possible_duplicate', duplicateCode)
  if (!paid.success) return unknown(json === undefined ? 'unreadable_answer' : 'unrecognised_answer')
  return {
    kind: paid.data.status === 'success' ? 'succeeded' : 'pending',
    bigcommercePaymentId: paid.data.id,
    transactionType: paid.data.transaction_type,
  }
}

/** Only BigCommerce itself can say that it did not take a charge. A 429 from a proxy says nothing about the charge. */
function classifyTurnedAway(answer: UpstreamAnswer): PaymentOutcome {
  const names = Object.keys(answer.headers)
  const hasHeaders = names.some((name) => name.startsWith('x-rate-limit-') || name === 'x-retry-after')
  if (!hasHeaders && !TurnedAwayBody.safeParse(answer.json).success) return unknown('unrecognised_answer')
  return {
    kind: 'turned_away',
    reason: 'rate_limited',
    retryAfterSeconds: retryAfterSeconds(answer),
    answeredAtMs: answeredAtMs(answer),
  }
}

function classifyRefusal(answer: UpstreamAnswer, savesInstrument: boolean): PaymentOutcome {
  const { status, json } = answer
  const envelope = readErrorEnvelope(json)
  if (!envelope) return unknown('unreadable_answer')
  // It says both that the payment was refused and that it succeeded.
  if (PaidAnswer.safeParse(json).success) return unknown('unrecognised_answer', envelope.code)
  const { code, errorWords, hasFieldErrors } = envelope
  const row = code === null ? undefined : BIGCOMMERCE_CODES[code]
  if (row?.charge === 'unknown') return unknown('unrecognised_answer', code)
  // BigCommerce refuses our PAT if it was spent already. A proxy may have sent the charge twice, and this is the answer to
  // the second copy. Whatever code comes with it, the first copy may be charging.
  if (status === 401 || status === 403) return unknown('token_refused', code)
  // The card may have been charged, and only saving it may have failed.
  if (code === notSaved && savesInstrument) return unknown('unrecognised_answer', code)
  if (code !== null && row && refusalStatuses.has(status)) {
    return { kind: 'declined', refusal: { by: 'code', bigcommerceCode: code } }
  }
  if (code === null && fieldErrorStatuses.has(status)) {
    if (errorWords.some((word) => authenticationWords.has(word)))
      return { kind: 'declined', refusal: { by: 'authentication_required' } }
    if (hasFieldErrors && !mentionsUnclear(answer)) return { kind: 'declined', refusal: { by: 'fields' } }
  }
  // A refusal, in words that we do not know.
  const isRefusal = code === null || row !== undefined || isPaymentCode(code)
  const as = refusalStatuses.has(status) ? 'refused' : 'refused_oddly'
  return {
    kind: 'unknown',
    reason: 'unrecognised_answer',
    bigcommerceCode: code,
    ...(isRefusal ? { refused: { as, atMs: answeredAtMs(answer) } } : {}),
  }
}

/**
 * "Do not pay again" counts wherever BigCommerce may write it: as the code, among the errors, in its sentences. Beside another documented
 * code it must stand by itself, since sentences may name an order.
 */
function saysDuplicate({ json }: UpstreamAnswer): boolean {
  const { title, detail, code, errors, data } = fieldsIn(json) ?? { errors: json }
  const said = [code, errors, fieldsIn(data)?.code]
  const isOther = BIGCOMMERCE_CODES[readErrorEnvelope(json)?.code ?? 0] !== undefined
  const codes = isOther ? codesIn(valuesIn(said)) : codesWithin([title, detail, ...said])
  return codes.includes(duplicateCode)
}

/** Whether field errors name a code after which the money may have moved, or a code that cannot be read stands beside them. */
function mentionsUnclear({ json }: UpstreamAnswer): boolean {
  const { code, errors } = fieldsIn(json) ?? {}
  return !isAbsent(code) || codesWithin(errors).some((each) => BIGCOMMERCE_CODES[each]?.charge === 'unknown')
}

/** The codes in a text, however it is put together: no parts of longer numbers, of fractions or of ids. */
const codesWithin = (said: unknown): number[] =>
  Array.from((JSON.stringify(said) ?? '').matchAll(/(?<!\d\.)(?<![\da-z])\d{5}(?![\da-z])/gi), ([code]) =>
    Number(code),
  )

/** The values that are a code as a whole. */
const codesIn = (values: readonly unknown[]): number[] =>
  values.flatMap((value) => bigcommerceCodeOf(typeof value === 'string' ? value.trim() : value) ?? [])

/** What a list or an object is made of, at any depth, its fields' names included. */
const valuesIn = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, each]) => [name, ...valuesIn(each)])
    : [value]

const unknown = (reason: UnknownReason, bigcommerceCode: number | null = null): PaymentOutcome => ({
  kind: 'unknown',
  reason,
  bigcommerceCode,
})
