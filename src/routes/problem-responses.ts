import { z } from 'zod'
import { PROBLEM_CODES, PROBLEMS, type ProblemCode, RETRY_ADVICE } from '../domain/problems.ts'

const FieldErrorSchema = z
  .strictObject({
    pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) into the body.' }),
    detail: z.string(),
  })
  .meta({ id: 'FieldError' })

/** The one shape of every error (RFC 9457). */
export const ProblemSchema = z
  .strictObject({
    type: z.url().meta({ description: 'Address of the documentation of this kind of problem.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z
      .string()
      .meta({ description: 'A sentence that may be shown to the one who integrates, not to shoppers.' }),
    code: z.enum(PROBLEM_CODES).meta({ description: 'The stable word to branch on.' }),
    bigcommerce_code: z
      .int()
      .optional()
      .meta({ description: "BigCommerce's own error code, where it gave one." }),
    retry: z.enum(RETRY_ADVICE).meta({
      description:
        'What to do next. `same_key`: send the same request with the same Idempotency-Key. `new_key`: correct it and send it with a new one. `after`: wait as Retry-After says, then send the same request with the same key. `never`: stop.',
    }),
    request_id: z.string().meta({ description: 'Quote it when asking for help.' }),
    payment_id: z.string().optional().meta({ description: 'The payment this is about, where there is one.' }),
    errors: z.array(FieldErrorSchema).optional(),
    'violated-policies': z
      .array(z.string())
      .optional()
      .meta({ description: 'The allowances that are used up, by their names in `RateLimit-Policy`.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' })

/** What an operation may answer that reads the ledger, and BigCommerce only to learn whose the order is. */
export const LEDGER_PROBLEMS = [
  'malformed_request',
  'invalid_request',
  'unauthenticated',
  'insufficient_scope',
  'order_not_found',
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

/** What an operation may answer that also asks BigCommerce what can be done with the order. */
export const COMMON_PROBLEMS = [
  ...LEDGER_PROBLEMS,
  'order_not_payable',
  'merchant_configuration',
] as const satisfies readonly ProblemCode[]

/** The response schemas for a list of problems, by status. plugins/openapi.ts adds an example of each. */
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
