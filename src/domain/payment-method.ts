import { type InstrumentType, OWN_METHOD_IDS } from './payment-instrument.ts'

/** A payment method that the store accepts for an order, in BigCommerce's own words. */
export interface PaymentMethod {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly test_mode: boolean
  readonly supported_instruments: SupportedInstrument[]
  readonly stored_instruments?: StoredInstrument[] | undefined
}

/** What BigCommerce lists for an order, or for a checkout. */
export interface PaymentMethodsReading {
  readonly methods: PaymentMethod[]
  /** How many methods and instruments it listed that could not be understood. */
  readonly leftOut: number
}

export interface SupportedInstrument {
  readonly instrument_type: string
  readonly verification_value_required?: boolean | undefined
}

export interface StoredInstrument {
  readonly type: string
  readonly token: string
  readonly is_default?: boolean | undefined
  readonly brand?: string | undefined
  readonly expiry_month?: number | undefined
  readonly expiry_year?: number | undefined
  readonly issuer_identification_number?: string | undefined
  readonly last_4?: string | undefined
  readonly email?: string | undefined
  readonly masked_account_number?: string | undefined
  readonly issuer?: string | undefined
}

/** A method with the instrument types that a payment by it is taken with. */
export type AcceptedMethod = PaymentMethod & { readonly accepts: InstrumentType[] }

/** The methods with what each accepts, out of what this service takes at all. */
export const withAccepts = (
  methods: readonly PaymentMethod[],
  taken: ReadonlySet<InstrumentType>,
): AcceptedMethod[] => methods.map((method) => ({ ...method, accepts: acceptedInstruments(method, taken) }))

const STORED_TYPES: Readonly<Record<string, InstrumentType>> = {
  STORED_CARD: 'stored_card',
  STORED_PAYPAL_ACCOUNT: 'stored_paypal_account',
  STORED_BANK_ACCOUNT: 'stored_bank_account',
}

/** Methods that take cards tokenized by the provider. BigCommerce's reference names Bolt. */
const tokenizedCardMethodIds: ReadonlySet<string> = new Set(['bolt.card'])

/** The instrument types for a payment by this method, out of those that this service takes at all. */
export function acceptedInstruments(
  method: PaymentMethod,
  taken: ReadonlySet<InstrumentType>,
): InstrumentType[] {
  const accepted = new Set<InstrumentType>()
  for (const [type, id] of Object.entries(OWN_METHOD_IDS))
    if (id === method.id) accepted.add(type as InstrumentType)
  for (const { instrument_type } of method.supported_instruments) {
    const stored = STORED_TYPES[instrument_type]
    if (stored) accepted.add(stored)
    else if (method.type === 'card') accepted.add('card')
  }
  for (const { type } of method.stored_instruments ?? []) {
    if (Object.values(STORED_TYPES).includes(type as InstrumentType)) accepted.add(type as InstrumentType)
  }
  if (tokenizedCardMethodIds.has(method.id)) accepted.add('tokenized_card')
  return [...accepted].filter((type) => taken.has(type))
}
