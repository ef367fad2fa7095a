import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { bigcommerceCodeOf } from '../../domain/bigcommerce-codes.ts'
import type { RequestContext } from '../../request-context.ts'
import { jsonIn } from '../odd-answers.ts'

/** The headers that every call on either of BigCommerce's hosts carries. */
export type CallHeaders = (
  context: Pick<RequestContext, 'correlationId' | 'shopperAddress'>,
) => Record<string, string>

export interface CallHeadersOptions {
  readonly userAgent: string
  /**
   * Lets BigCommerce's fraud checks see the shopper's address instead of ours. BigCommerce support issues it; without
   * it the address would not count, so none is sent.
   */
  readonly trustedProxySecret: string | null
}

export const createCallHeaders =
  ({ userAgent, trustedProxySecret }: CallHeadersOptions): CallHeaders =>
  ({ correlationId, shopperAddress }) => ({
    'user-agent': userAgent,
    'x-correlation-id': correlationId,
    ...(trustedProxySecret === null || shopperAddress === null
      ? {}
      : { 'x-bc-trusted-proxy-secret': trustedProxySecret, 'true-client-ip': shopperAddress }),
  })

/** What came back: status, headers, and the body as JSON where it is JSON, else undefined. */
export interface UpstreamAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: unknown
  /** The bytes of the JSON, where they came uncompressed and were kept. */
  readonly bytes?: Buffer | undefined
}

/**
 * Reads a response to its end. A body that is not JSON (a proxy's HTML page) gives `json: undefined`. One that is
 * compressed is decompressed, although we do not ask for it: some proxies do not ask either.
 *
 * @throws Error when the body is cut off: half an answer is no answer.
 */
export async function readAnswer(response: Dispatcher.ResponseData): Promise<UpstreamAnswer> {
  const { statusCode: status, headers } = response
  const body = Buffer.from(await response.body.arrayBuffer())
  return { status, headers, json: jsonIn(body, headers['content-encoding']) }
}

/** Some proxies write another form of date. We do not read the obsolete ones (RFC 9110 §5.6.7). */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/** When the answer was made, by BigCommerce's clock, in milliseconds since the epoch; null where it does not say. */
export function answeredAtMs({ headers: { date } }: UpstreamAnswer): number | null {
  const moment = typeof date === 'string' && httpDate.test(date) ? Date.parse(date) : Number.NaN
  return Number.isFinite(moment) ? moment : null
}

/** No header makes us wait longer, nor does the allowance (`HOLD_MS_MAX`); BigCommerce's longest documented window is 30 s. */
const pauseMsMax = 60_000
/** When BigCommerce says nothing: one payment window (50 in 4 s), after which there must be room again. */
const retryAfterSecondsDefault = 4

/**
 * How long BigCommerce asks to be left alone after a 429, in milliseconds: the longest of what its headers say, and a
 * minute at most. A header that is no number says nothing, nor does a zero.
 *
 * @returns null when no header says anything: then the platform itself is overloaded.
 */
export function pauseAskedMs({ headers }: UpstreamAnswer): number | null {
  const asked = [
    Number(headers['x-retry-after']) * 1000,
    Number(headers['retry-after']) * 1000,
    Number(headers['x-rate-limit-time-reset-ms']),
  ].filter((pauseMs) => pauseMs > 0)
  return asked.length === 0 ? null : Math.min(Math.max(...asked), pauseMsMax)
}

/** The same in whole seconds, at least one, for a caller to wait. */
export function retryAfterSeconds(answer: UpstreamAnswer): number {
  const pauseMs = pauseAskedMs(answer)
  return pauseMs === null ? retryAfterSecondsDefault : Math.max(1, Math.ceil(pauseMs / 1000))
}

/** What BigCommerce says in an error's body. */
export interface ErrorEnvelope {
  readonly code: number | null
  /** Whether BigCommerce names fields that are wrong. */
  readonly hasFieldErrors: boolean
  /** The words of an SDK-style list, e.g. `three_d_secure_required`. */
  readonly errorWords: readonly string[]
}

/**
 * The error envelope of the payments endpoints, read leniently: `code` may be absent or a numeric string,
 * `errors` a map of fields or, in answers made for the storefront's SDK, a list of codes.
 */
const Envelope = z.looseObject({
  title: z.string().optional().catch(undefined),
  code: z.unknown().optional().transform(bigcommerceCodeOf),
  errors: z.unknown().optional(),
})

/** Reads an error body; null when it is not one of BigCommerce's. */
export function readErrorEnvelope(json: unknown): ErrorEnvelope | null {
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) return null
  const { title, code, errors } = envelope.data
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

/*
 * BigCommerce's fields as they come rather than as they are documented: numbers as text, `null`, `''` or `{}` where a
 * value is absent, words in another case.
 */

/** A number or its decimal text as a whole number; null for anything else. */
export function wholeNumberIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? Number(number) : null
}

/** A text in lower case, without blanks around it; '' for anything else. */
export const wordIn = (value: unknown): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : ''

/** A yes or no, in any of the usual spellings; null for anything else. */
export function booleanIn(value: unknown): boolean | null {
  const word = typeof value === 'string' ? wordIn(value) : value
  if (word === true || word === 1 || word === 'true' || word === '1') return true
  return word === false || word === 0 || word === 'false' || word === '0' ? false : null
}

/** Whether a value means "nothing", in any of the usual spellings. */
export const isAbsent = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && JSON.stringify(value) === '{}')

/** Any object's fields; null for a list, a text and the like. */
export const fieldsIn = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null

/** A text, or a number as text; empty for anything else. */
export const textIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** BigCommerce's two ways of writing a moment: ISO 8601 and RFC 2822. Date.parse would take "0" for the year 2000. */
const moments = /^(\d{4}-\d\d-\d\dT|[A-Z][a-z]{2}, \d)/

/** A moment in milliseconds; null for what is none. */
export function momentIn(value: unknown): number | null {
  const moment = typeof value === 'string' && moments.test(value) ? Date.parse(value) : Number.NaN
  return Number.isFinite(moment) ? moment : null
}

/** What an answer says of the quota, made sane by `quotaReadingOf`. */
export interface QuotaReading {
  readonly limit: number
  readonly remaining: number
  readonly windowMs: number
  /** Until the window ends, counted from some moment between the request and its answer. */
  readonly resetMs: number
}

/** A larger number cannot be a quota; BigCommerce documents 150 and 450. */
const limitMax = 1_000_000
/** BigCommerce's documented window, taken where a header names none; none makes it longer than twice that. */
const [windowMsDocumented, windowMsMax] = [30_000, 60_000]
/** After a 429 that does not say for how long, the platform is overloaded: each further one doubles the pause. */
const pauseBaseMs = 1_000
const unaskedPauseMsMax = 30_000

/** What an answer of the management host says of its quota; null when it says nothing usable. */
export const readQuotaHeaders = ({ headers }: UpstreamAnswer): QuotaReading | null =>
  quotaReadingOf({
    limit: numberIn(headers['x-rate-limit-requests-quota']),
    remaining: numberIn(headers['x-rate-limit-requests-left']),
    windowMs: numberIn(headers['x-rate-limit-time-window-ms']),
    resetMs: numberIn(headers['x-rate-limit-time-reset-ms']),
  })

/** A header that is there and empty says nothing, rather than zero. */
const numberIn = (header: string | string[] | undefined): number =>
  typeof header === 'string' && /^\d/.test(header) ? Number(header) : Number.NaN

/**
 * What the headers say, as far as it makes sense: a negative number or a word is ignored, and so is a window of hours.
 *
 * @param said the headers' numbers, NaN where one is missing.
 * @returns null when that is no usable quota.
 */
export function quotaReadingOf(said: QuotaReading): QuotaReading | null {
  const isSane =
    said.limit >= 1 &&
    said.limit <= limitMax &&
    said.remaining >= 0 &&
    said.resetMs >= 0 &&
    said.resetMs < Infinity
  if (!isSane) return null
  const limit = Math.floor(said.limit)
  const windowMs = Math.min(said.windowMs > 0 ? said.windowMs : windowMsDocumented, windowMsMax)
  return {
    limit,
    remaining: Math.min(Math.floor(said.remaining), limit),
    windowMs,
    resetMs: Math.min(said.resetMs, windowMs),
  }
}

/**
 * How long to leave BigCommerce alone after a 429, in milliseconds: as long as it asks, else a pause that doubles.
 *
 * @param refusals how many came in a row, from 1.
 * @param random from 0 to 1, so that instances that were refused together do not come back together.
 */
export function holdMsAfter(answer: UpstreamAnswer, refusals: number, random: number): number {
  const askedMs = pauseAskedMs(answer)
  if (askedMs !== null) return askedMs
  const pauseMs = Math.min(pauseBaseMs * 2 ** (refusals - 1), unaskedPauseMsMax)
  return pauseMs / 2 + (random * pauseMs) / 2
}
