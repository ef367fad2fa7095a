import { z } from 'zod'
import { bigcommerceCodeOf } from '../../domain/bigcommerce-codes.ts'

/**
 * The error envelope of the payments endpoints, read leniently: `code` may be absent or a numeric string,
 * `errors` a map of fields or, in answers made for the storefront's SDK, a list of codes.
 */
const Envelope = z.looseObject({
  title: z.string().optional().catch(undefined),
  code: z.unknown().optional().transform(bigcommerceCodeOf),
  errors: z.unknown().optional(),
})

export interface ErrorEnvelope {
  readonly code: number | null
  /** Whether BigCommerce names fields that are wrong. */
  readonly hasFieldErrors: boolean
  /** The words of an SDK-style list, e.g. `three_d_secure_required`. */
  readonly errorWords: readonly string[]
}

/** Reads an error body; null when it is not one of BigCommerce's. */
export function readErrorEnvelope(json: unknown): ErrorEnvelope | null {
  const parsed = Envelope.safeParse(json)
  if (!parsed.success) return null
  const { title, code, errors } = parsed.data
  const errorWords = Array.isArray(errors) ? errors.map((error: unknown) => wordOf(error)) : []
  const hasFieldErrors =
    typeof errors === 'object' && errors !== null && !Array.isArray(errors) && Object.keys(errors).length > 0
  if (title === undefined && code === null && errorWords.length === 0) return null
  return { code, hasFieldErrors, errorWords }
}

const wordOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
