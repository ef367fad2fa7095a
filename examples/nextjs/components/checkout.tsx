'use client'

import { useCheckout } from '@/lib/use-checkout'
import { PaymentForm } from './payment-form'

interface Props {
  readonly orderId: number
  readonly tillgateUrl: string
}

/** Pays one order, from the browser to Tillgate: a card number never passes through the shop. */
export function Checkout({ orderId, tillgateUrl }: Props) {
  const { standing, pay } = useCheckout(orderId, tillgateUrl)
  switch (standing.kind) {
    case 'loading':
      return <p className="card">Loading…</p>
    case 'payable':
      return <PaymentForm {...standing} onPay={pay} />
    case 'waiting':
      return (
        <section className="card" aria-live="polite">
          <h2>We are checking your payment</h2>
          <p>
            <strong>Please do not pay again.</strong> This page asks until it is known. You may close it:
            order #{orderId} cannot be charged twice. Questions? Write to help@shop.example and name the
            order.
          </p>
        </section>
      )
    case 'paid':
      return (
        <section className="card" aria-live="polite">
          <h2>Thank you, your order is paid</h2>
          {standing.payment === null ? null : <p className="quiet">Payment {standing.payment.id}</p>}
        </section>
      )
    case 'closed':
      return <p className="card">This order cannot be paid. Nothing is due.</p>
    case 'unreachable':
      return <p className="card">The shop cannot be reached. We keep trying.</p>
    default:
      return standing satisfies never
  }
}
