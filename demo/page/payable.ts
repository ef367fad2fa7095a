import type { OrderDue, Payment, PaymentMethod, PaymentRequest, PayOptions, Tillgate } from '@tillgate/client'

/** What is due, and whether it can be paid now. */
export type Due = Omit<OrderDue, 'id'>

/** What can be paid with what. */
export interface Offer {
  readonly methods: readonly PaymentMethod[]
  readonly due: Due
}

/** What the page takes to paid: an order, or a cart's checkout, of which Tillgate makes the order. The page does the same with both. */
export interface Payable {
  list(): Promise<Offer>
  payments(): Promise<readonly Payment[]>
  pay(payment: PaymentRequest['payment'], agreedAmount: number, options: PayOptions): Promise<Payment>
}

/** @param id an order has a number, a checkout the id of its cart. */
export function payableOf(tillgate: Tillgate, id: number | string): Payable {
  if (typeof id === 'number')
    return {
      async list() {
        const { data, meta } = await tillgate.listPaymentMethods(id)
        return { methods: data, due: meta.order }
      },
      payments: () => tillgate.listPayments(id),
      pay: (payment, expected_amount, options) =>
        tillgate.payOrder(id, { payment, expected_amount }, options),
    }
  return {
    async list() {
      const { data, meta } = await tillgate.listCheckoutPaymentMethods(id)
      return { methods: data, due: meta.checkout }
    },
    payments: () => tillgate.listCheckoutPayments(id),
    pay: (payment, expected_amount, options) =>
      tillgate.payCheckout(id, { payment, expected_amount }, options),
  }
}
