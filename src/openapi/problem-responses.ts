import { z } from 'zod'
import {
  PROBLEM_CODES,
  PROBLEM_TYPE_BASE,
  PROBLEMS,
  type ProblemCode,
  RETRY_ADVICE,
} from '../domain/problems.ts'
import { openSetField, textField } from './documented-fields.ts'

const FieldErrorSchema = z
  .strictObject({
    pointer: textField(
      "JSON pointer (RFC 6901) into the body, or a parameter's name.",
      '/payment/instrument/number',
      1_024,
    ),
    detail: textField('What the field must be. Never quotes its value.', 'Not a valid card number', 1_024),
  })
  .meta({ id: 'FieldError', description: 'What is wrong with one field.' })

/** The one shape of every error (RFC 9457). */
const ProblemSchema = z
  .strictObject({
    type: z.url().meta({
      description: 'Address of the documentation of this kind of problem.',
      examples: [`${PROBLEM_TYPE_BASE}payment_declined`],
      maxLength: 255,
    }),
    title: textField('The kind of problem, always in the same words.', PROBLEMS.payment_declined.title),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ description: 'The HTTP status.', examples: [402] }),
    detail: textField(
      'What happened and what to do. For developers, not for shoppers.',
      PROBLEMS.payment_declined.detail,
      1_024,
    ),
    code: openSetField(
      'The stable word to branch on. Follow `retry` where you do not know a code.',
      PROBLEM_CODES,
      'payment_declined',
    ),
    bigcommerce_code: z
      .int()
      .optional()
      .meta({ description: "BigCommerce's own error code, where it gave one.", examples: [30106] }),
    retry: z.enum(RETRY_ADVICE).meta({
      examples: ['new_key'],
      description:
        'What to do next. `same_key`: send the same request with the same Idempotency-Key. `new_key`: correct the request and send it with a new key. `after`: wait as long as Retry-After says, then send the same request with the same key. `never`: stop.',
    }),
    request_id: textField('Quote it when you ask for help.', '6f2f4f7e-6a1c-4a0f-9d1d-0b6e5c7a9d31'),
    payment_id: textField(
      'The payment that the problem is about, if there is one.',
      '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11',
      64,
    ).optional(),
    amount: z
      .int()
      .optional()
      .meta({
        description:
          "For `amount_changed`: what would be charged, in the currency's minor unit, where it is known.",
        examples: [6598],
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
      }),
    currency: textField('The ISO 4217 code of the currency of `amount`.', 'USD', 3).optional(),
    errors: z
      .array(FieldErrorSchema)
      .optional()
      .meta({ description: 'For `invalid_request`: one entry for each wrong field.', maxItems: 1_000 }),
    'violated-policies': z
      .array(textField('A name of `RateLimit-Policy`.', 'caller'))
      .optional()
      .meta({
        description: 'The allowances that are used up, by their names in `RateLimit-Policy`.',
        examples: [['caller']],
        maxItems: 16,
      }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' })

const READING_PROBLEMS = [
  'malformed_request',
  'invalid_request',
  'unauthenticated',
  'insufficient_scope',
] as const satisfies readonly ProblemCode[]

const SERVICE_PROBLEMS = [
  'request_timeout',
  'quota_exceeded',
  'headers_too_large',
  'internal_error',
  'upstream_refused',
  'upstream_unusable',
  'upstream_unavailable',
  'upstream_busy',
  'identity_unavailable',
  'store_unavailable',
  'overloaded',
  'shutting_down',
] as const satisfies readonly ProblemCode[]

/** Problems of operations that read the ledger, and BigCommerce only to learn whose order it is. */
export const LEDGER_PROBLEMS = [
  ...READING_PROBLEMS,
  'order_not_found',
  ...SERVICE_PROBLEMS,
] as const satisfies readonly ProblemCode[]

/** Problems of operations that also ask BigCommerce what can be done with the order. */
export const COMMON_PROBLEMS = [
  ...LEDGER_PROBLEMS,
  'order_not_payable',
  'merchant_configuration',
] as const satisfies readonly ProblemCode[]

/** Problems of operations that read a checkout. */
export const CHECKOUT_PROBLEMS = [
  ...READING_PROBLEMS,
  'checkout_not_found',
  ...SERVICE_PROBLEMS,
] as const satisfies readonly ProblemCode[]

/** Problems of paying, beside those of reading what is paid. */
export const PAYING_PROBLEMS = [
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'payment_declined',
  'payment_authentication_required',
  'payment_not_charged',
  'velocity_blocked',
  'request_in_progress',
  'order_payment_in_progress',
  'order_already_paid',
  'amount_changed',
  'payload_too_large',
  'payment_rate_limited',
  'unsupported_media_type',
  'idempotency_key_reused',
  'instrument_not_found',
  'instrument_not_saved',
  'payment_rejected',
] as const satisfies readonly ProblemCode[]

/** The response schemas for a list of problems, by status. document.ts adds an example of each. */
export function problemResponses(codes: readonly ProblemCode[]) {
  const byStatus = Object.groupBy(codes, (code) => String(PROBLEMS[code].status))
  const responses = Object.entries(byStatus).map(([status, same = []]) => [
    status,
    {
      description: same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: ProblemSchema } },
    },
  ])
  return Object.fromEntries(responses) as Record<string, ProblemResponse>
}

interface ProblemResponse {
  readonly description: string
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof ProblemSchema } }
}
