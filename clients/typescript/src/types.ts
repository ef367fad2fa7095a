import type { components, KnownWords } from './openapi.ts'

type Schemas = components['schemas']

/** A set that may grow: editors suggest the words of today, and the compiler takes any other. */
type OpenSet<Words extends string> = Words | (string & {})
type WithSets<Fields, Sets> = Omit<Fields, keyof Sets> & Sets

export type ProblemCode = OpenSet<KnownWords['Problem.code']>
export type Problem = WithSets<Schemas['Problem'], { code: ProblemCode }>
/** What to do after a problem: try again with the same key, with a new key, later with the same key, or never. */
export type RetryAdvice = Problem['retry']

export type Payment = WithSets<
  Schemas['Payment'],
  {
    transaction_type: OpenSet<KnownWords['Payment.transaction_type']> | null
    instrument_type: OpenSet<KnownWords['Payment.instrument_type']>
  }
>
/** A payment in an event, and the status that it had before. */
export type EventPayment = Payment & { previous_status: Payment['status'] }
/** What Tillgate sends to `EVENTS_URL`. */
export type PaymentEvent = WithSets<
  Schemas['PaymentEvent'],
  { type: OpenSet<KnownWords['PaymentEvent.type']>; data: EventPayment }
>
export type PaymentMethod = WithSets<
  Schemas['PaymentMethod'],
  { accepts: OpenSet<KnownWords['PaymentMethod.accepts']>[] }
>
export type PaymentMethods = WithSets<Schemas['PaymentMethodsResponse'], { data: PaymentMethod[] }>
export type PaymentInstrument = Schemas['PaymentInstrument']
export type CheckoutPaymentMethods = WithSets<
  Schemas['CheckoutPaymentMethodsResponse'],
  { data: PaymentMethod[] }
>
export type PaymentRequest = Schemas['PayOrderRequest']
export type CheckoutPaymentRequest = Schemas['PayCheckoutRequest']
export type OrderDue = Schemas['OrderDue']
export type CheckoutDue = Schemas['CheckoutDue']
export type StoredInstrument = Schemas['StoredInstrument']
