export { createTillgate, type Tillgate, type TillgateOptions } from './create-tillgate.ts'
export type { CallerToken } from './exchange.ts'
export type { WaitReason } from './judge-answer.ts'
export type { KeyStorage } from './kept-payments.ts'
export type { PayOptions, WaitOptions } from './pay-order.ts'
export type { Waiting } from './pay-until-known.ts'
export { PaymentUnresolved } from './payment-unresolved.ts'
export type { ReadOptions } from './read-until-answered.ts'
export { TillgateProblem } from './tillgate-problem.ts'
export { TillgateUnreachable } from './tillgate-unreachable.ts'
export type {
  CheckoutDue,
  CheckoutPaymentMethods,
  CheckoutPaymentRequest,
  EventPayment,
  OrderDue,
  Payment,
  PaymentEvent,
  PaymentInstrument,
  PaymentMethod,
  PaymentMethods,
  PaymentRequest,
  Problem,
  ProblemCode,
  RetryAdvice,
  StoredInstrument,
} from './types.ts'
export {
  type EventHeaders,
  EventNotVerified,
  type VerifiedEvent,
  type VerifyEventOptions,
  verifyEvent,
} from './verify-event.ts'
