import { z } from 'zod'
import { holdsCardNumber } from '../../domain/card-number.ts'
import { reference } from '../../domain/payment-instrument.ts'
import type {
  PaymentMethod,
  PaymentMethodsReading,
  StoredInstrument,
  SupportedInstrument,
} from '../../domain/payment-method.ts'
import { Problem } from '../../domain/problem.ts'
import type { RequestContext } from '../../request-context.ts'
import { booleanIn, fieldsIn, type UpstreamAnswer } from './exchange.ts'

/** As long as the contract tells clients that a text may be; hundreds of times what BigCommerce sends. */
const textLengthMax = 255
/** As many as the contract tells clients to make room for. */
const itemsMax = 1_000
const noCardNumber = (text: string) => !holdsCardNumber(text)
/** A text that is only shown is cut when it is too long. */
const words = z
  .string()
  .transform((text) => text.slice(0, textLengthMax).toWellFormed())
  .refine(noCardNumber)
/** A field that clients can do without: if it is not as documented, it is left out, and the rest is served. */
const optional = <T extends z.ZodType>(shape: T) => shape.optional().catch(undefined)
/** A field that is required, where BigCommerce leaves it out or writes something else. */
const orElse = (value: string) =>
  z.preprocess((said) => (typeof said === 'string' && said ? said : value), words)

const yesOrNo = z.preprocess((said) => booleanIn(said) ?? undefined, z.boolean().optional())
/** Digits that BigCommerce sends as a number here and there, which loses the zeros that they begin with. */
const asText = (length: number) => (said: unknown) =>
  Number.isSafeInteger(said) && Number(said) >= 0 ? String(said).padStart(length, '0') : said
const asNumber = (said: unknown) =>
  typeof said === 'string' && /^\d{1,4}$/.test(said.trim()) ? Number(said) : said

/** An instrument may be its type alone. */
const Supported = z.preprocess(
  (said) => (typeof said === 'string' && said.trim() ? { instrument_type: said } : said),
  z.object({ instrument_type: words, verification_value_required: yesOrNo }),
)

const Stored = z.object({
  type: words,
  token: z.preprocess(asText(1), reference),
  is_default: yesOrNo,
  brand: optional(words),
  expiry_month: optional(z.preprocess(asNumber, z.int())),
  expiry_year: optional(z.preprocess(asNumber, z.int())),
  issuer_identification_number: optional(z.preprocess(asText(6), words)),
  last_4: optional(z.preprocess(asText(4), words)),
  email: optional(words),
  masked_account_number: optional(words),
  issuer: optional(words),
})

/**
 * `GET /v3/payments/methods`. Each method and each instrument is read by itself: one that cannot be understood is left
 * out and counted, and the rest is served. What is required and missing has its documented default. Instrument words are
 * an open set, so unknown ones are passed through; unknown fields are not, since no one has checked who may see them.
 *
 * @returns null when it is no list, or when nothing of what is listed can be understood: "none" would be untrue.
 */
export function readPaymentMethods(json: unknown): PaymentMethodsReading | null {
  const data = fieldsIn(json)?.data
  if (!Array.isArray(data) || data.length > itemsMax) return null
  return plainMethodsIn(data) ?? readEach(data)
}

/** By the schemas above, whatever is listed. @returns null when nothing of it can be understood. */
export function readEach(data: readonly unknown[]): PaymentMethodsReading | null {
  const read = data.map(methodOf)
  const methods = read.flatMap(({ method }) => method ?? [])
  if (methods.length === 0 && data.length > 0) return null
  return { methods, leftOut: read.reduce((sum, { leftOut }) => sum + leftOut, 0) }
}

/** As many as the different answers that a store gives to guests; each takes a few kilobytes. */
const rememberedMax = 32
const rememberedBytesMax = 64 * 1024

/**
 * The reading of a list depends only on its bytes, so the same bytes need not be read twice: a store gives the same answer for all
 * orders of its guests. BigCommerce is asked each time, so no answer is old. A list with stored instruments belongs to one
 * shopper and is not kept.
 *
 * @returns the same reading for the same bytes, which must not be changed.
 */
export function createReadMethods(): (answer: UpstreamAnswer) => PaymentMethodsReading | null {
  const remembered: { readonly bytes: Buffer; readonly reading: PaymentMethodsReading }[] = []
  let next = 0

  return function readMethods(answer) {
    const { bytes } = answer
    for (const known of remembered)
      if (known.bytes.length === bytes?.length && known.bytes.equals(bytes)) return known.reading
    const reading = readPaymentMethods(answer.json)
    if (reading && bytes && bytes.length <= rememberedBytesMax && isOfAll(reading)) {
      // A copy, since the bytes are a part of all that the connection brought.
      remembered[next] = { bytes: Buffer.from(bytes), reading }
      next = (next + 1) % rememberedMax
    }
    return reading
  }
}

/**
 * As `createReadMethods`, for what was answered about an order or, without one, a checkout. What is left out of it is logged.
 *
 * @throws Problem `upstream_unusable` when nothing of it can be understood.
 */
export function createTakeMethods() {
  const readMethods = createReadMethods()

  return function takeMethods(
    answer: UpstreamAnswer,
    { log }: Pick<RequestContext, 'log'>,
    orderId?: number,
  ): PaymentMethodsReading {
    const reading = readMethods(answer)
    if (!reading) throw new Problem('upstream_unusable')
    const { leftOut } = reading
    if (leftOut > 0) log.warn({ orderId, leftOut }, 'payment methods left out')
    return reading
  }
}

const isOfAll = ({ methods, leftOut }: PaymentMethodsReading): boolean =>
  leftOut === 0 && methods.every(({ stored_instruments = [] }) => stored_instruments.length === 0)

function methodOf(entry: unknown): { readonly method: PaymentMethod | null; readonly leftOut: number } {
  const fields = fieldsIn(entry)
  const id = reference.safeParse(fields?.id)
  const name = orElse(id.data ?? '').safeParse(fields?.name)
  const type = orElse('card').safeParse(fields?.type)
  const supported = readable<SupportedInstrument>(Supported, fields?.supported_instruments)
  const stored = readable<StoredInstrument>(Stored, fields?.stored_instruments)
  const isTooLong = [supported, stored].some(({ entries, leftOut }) => entries.length + leftOut > itemsMax)
  if (!id.success || !name.success || !type.success || isTooLong) return { method: null, leftOut: 1 }
  return {
    method: {
      id: id.data,
      name: name.data,
      type: type.data,
      test_mode: booleanIn(fields?.test_mode) ?? false,
      supported_instruments: supported.entries,
      // Absent for a guest.
      ...(Array.isArray(fields?.stored_instruments) ? { stored_instruments: stored.entries } : {}),
    },
    leftOut: supported.leftOut + stored.leftOut,
  }
}

/** The entries of a list that can be read; none of what is no list. */
function readable<Entry>(shape: z.ZodType<Entry>, list: unknown): { entries: Entry[]; leftOut: number } {
  const given: unknown[] = Array.isArray(list) ? list : []
  const entries = given.flatMap((entry) => shape.safeParse(entry).data ?? [])
  return { entries, leftOut: given.length - entries.length }
}

/*
 * A store's list is nearly always exactly as documented. We read such a list in one pass, at a tenth of the cost of the schemas above.
 * The schemas are the definition, and read every other list. A test compares the two.
 */

type Fields = Readonly<Record<string, unknown>>

/** Longer lists are left to the schemas. */
const plainItemsMax = 255
/** A name, a code or a token: printable on one line, and safe to pass on without further checks. */
const plainText = /^[\x20-\x7e]+$/

/** @returns null for a list in which anything is not as documented. */
export function plainMethodsIn(data: readonly unknown[]): PaymentMethodsReading | null {
  const methods: PaymentMethod[] = []
  for (const entry of data) {
    const method = plainMethod(entry)
    if (method === null) return null
    methods.push(method)
  }
  return { methods, leftOut: 0 }
}

function plainMethod(entry: unknown): PaymentMethod | null {
  if (!isFields(entry)) return null
  const { id, name, type, test_mode, supported_instruments, stored_instruments } = entry
  if (!isPlain(id) || !isPlain(name) || !isPlain(type) || typeof test_mode !== 'boolean') return null
  const supported = plainList(supported_instruments, plainSupported)
  if (supported === null) return null
  const method = { id, name, type, test_mode, supported_instruments: supported }
  if (stored_instruments === undefined) return method
  const stored = plainList(stored_instruments, plainStored)
  return stored === null ? null : { ...method, stored_instruments: stored }
}

function plainList<Entry>(list: unknown, read: (entry: Fields) => Entry | null): Entry[] | null {
  if (!Array.isArray(list) || list.length > plainItemsMax) return null
  const entries: Entry[] = []
  for (const given of list) {
    const entry = isFields(given) ? read(given) : null
    if (entry === null) return null
    entries.push(entry)
  }
  return entries
}

function plainSupported({
  instrument_type,
  verification_value_required,
}: Fields): SupportedInstrument | null {
  if (!isPlain(instrument_type) || typeof verification_value_required !== 'boolean') return null
  return { instrument_type, verification_value_required }
}

const storedTexts = [
  'brand',
  'issuer_identification_number',
  'last_4',
  'email',
  'masked_account_number',
  'issuer',
] as const

function plainStored(fields: Fields): StoredInstrument | null {
  const { type, token, is_default, expiry_month, expiry_year } = fields
  if (!isPlain(type) || !isPlain(token)) return null
  if (is_default !== undefined && typeof is_default !== 'boolean') return null
  if (!isWholeOrNone(expiry_month) || !isWholeOrNone(expiry_year)) return null
  for (const name of storedTexts) if (fields[name] !== undefined && !isPlain(fields[name])) return null
  // In the order of the schema, which is that of the answer. What is undefined is not written.
  const { brand, issuer_identification_number, last_4, email, masked_account_number, issuer } =
    fields as unknown as StoredInstrument
  return {
    type,
    token,
    is_default,
    brand,
    expiry_month,
    expiry_year,
    issuer_identification_number,
    last_4,
    email,
    masked_account_number,
    issuer,
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isWholeOrNone = (value: unknown): value is number | undefined =>
  value === undefined || Number.isSafeInteger(value)

const isPlain = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= textLengthMax &&
  plainText.test(value) &&
  !holdsCardNumber(value)
