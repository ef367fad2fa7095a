import { holdsCardNumber } from '../../domain/card-number.ts'
import type {
  PaymentMethod,
  PaymentMethodsReading,
  StoredInstrument,
  SupportedInstrument,
} from '../../domain/payment-method.ts'

/*
 * What a store lists is nearly always just as documented. Such a list is read here in one pass, for a tenth of what the schemas of
 * read-payment-methods.ts cost; those are the definition, and read whatever is odd in the least. A test holds this to them.
 */

type Fields = Readonly<Record<string, unknown>>

/** Longer lists and texts are left to the schemas, which know the bounds of the contract. */
const [itemsMax, textLengthMax] = [255, 255]
/** A name, a code or a token: what may be printed on one line, and needs no second look. */
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
  if (!Array.isArray(list) || list.length > itemsMax) return null
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
