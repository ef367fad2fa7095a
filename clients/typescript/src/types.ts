import type { components } from './openapi.ts'

type Schemas = components['schemas']

export type Payment = Schemas['Payment']
export type PaymentInstrument = Schemas['PaymentInstrument']
export type PaymentMethod = Schemas['PaymentMethod']
export type PaymentMethods = Schemas['PaymentMethodsResponse']
export type PaymentRequest = Schemas['PayOrderRequest']
export type OrderDue = Schemas['OrderDue']
export type StoredInstrument = Schemas['StoredInstrument']
export type Problem = Schemas['Problem']
export type ProblemCode = Problem['code']
/** What to do after a problem: try again with the same key, with a new key, later with the same key, or never. */
export type RetryAdvice = Problem['retry']
