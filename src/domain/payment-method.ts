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

/** What a payment by a stored instrument of BigCommerce's type is called. */
const STORED_TYPES: ReadonlyMap<string, InstrumentType> = new Map([
  ['STORED_CARD', 'stored_card'],
  ['STORED_PAYPAL_ACCOUNT', 'stored_paypal_account'],
  ['STORED_BANK_ACCOUNT', 'stored_bank_account'],
])
const storedTypes: ReadonlySet<string> = new Set(STORED_TYPES.values())

/** BigCommerce's own methods, by their ids. */
const OWN_TYPES: ReadonlyMap<string, InstrumentType> = new Map(
  Object.entries(OWN_METHOD_IDS).map(([type, id]) => [id, type as InstrumentType]),
)

/** Methods that take cards tokenized by the provider. BigCommerce's reference names Bolt. */
const tokenizedCardMethodIds: ReadonlySet<string> = new Set(['bolt.card'])

/** BigCommerce's words come in another case now and then. */
const bare = (word: string) => word.trim().toLowerCase()

/** The instrument types for a payment by this method, out of those that this service takes at all. */
export function acceptedInstruments(
  method: PaymentMethod,
  taken: ReadonlySet<InstrumentType>,
): InstrumentType[] {
  const accepted: InstrumentType[] = []
  function add(type: InstrumentType | undefined): void {
    if (type !== undefined && taken.has(type) && !accepted.includes(type)) accepted.push(type)
  }
  add(OWN_TYPES.get(method.id))
  const ofCard = bare(method.type) === 'card' ? 'card' : undefined
  for (const { instrument_type } of method.supported_instruments)
    add(STORED_TYPES.get(bare(instrument_type).toUpperCase()) ?? ofCard)
  for (const stored of method.stored_instruments ?? []) {
    const type = bare(stored.type)
    if (storedTypes.has(type)) add(type as InstrumentType)
  }
  if (tokenizedCardMethodIds.has(method.id)) add('tokenized_card')
  return accepted
}
