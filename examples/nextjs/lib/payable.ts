import type {
  OrderDue,
  Payment,
  PaymentMethod,
  PaymentRequest,
  PayOptions,
  Tillgate,
  WaitOptions,
} from '@tillgate/client'

/** A cart has a text as its id, which its checkout has too; an order has a number. */
export type PayableId = string | number

/** What is due, and whether it can be paid now. */
export type Due = Omit<OrderDue, 'id'>

/** A cart's checkout, of which Tillgate makes the order, or an order that is there already. Both are paid in the same way. */
export interface Payable {
  list(): Promise<{ readonly methods: readonly PaymentMethod[]; readonly due: Due }>
  payments(): Promise<readonly Payment[]>
  pay(payment: PaymentRequest['payment'], agreedAmount: number, options: PayOptions): Promise<Payment>
  /** Follows a payment from before a reload to its end; null where there is none. */
  resume(options: WaitOptions): Promise<Payment | null>
}

export function payableOf(tillgate: Tillgate, id: PayableId): Payable {
  if (typeof id === 'string')
    return {
      async list() {
        const { data, meta } = await tillgate.listCheckoutPaymentMethods(id)
        return { methods: data, due: meta.checkout }
      },
      payments: () => tillgate.listCheckoutPayments(id),
      pay: (payment, expected_amount, options) =>
        tillgate.payCheckout(id, { payment, expected_amount }, options),
      resume: (options) => tillgate.resumeCheckout(id, options),
    }
  return {
    async list() {
      const { data, meta } = await tillgate.listPaymentMethods(id)
      return { methods: data, due: meta.order }
    },
    payments: () => tillgate.listPayments(id),
    pay: (payment, expected_amount, options) => tillgate.payOrder(id, { payment, expected_amount }, options),
    resume: (options) => tillgate.resume(id, options),
  }
}
