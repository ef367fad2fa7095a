'use client'

import type { PayableId } from '@/lib/payable'
import { useCheckout } from '@/lib/use-checkout'
import { PaymentForm } from './payment-form'

interface Props {
  readonly payableId: PayableId
  readonly tillgateUrl: string
}

/** Pays one cart or order, from the browser to Tillgate: a card number never passes through the shop. */
export function Checkout({ payableId, tillgateUrl }: Props) {
  const { standing, pay } = useCheckout(payableId, tillgateUrl)
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
            <strong>Please do not pay again.</strong> This page asks until it is known. You may close it: you
            cannot be charged twice for {nameOf(payableId)}. Questions? Write to help@shop.example and name
            it.
          </p>
        </section>
      )
    case 'paid':
      return (
        <section className="card" aria-live="polite">
          <h2>Thank you, your order is paid</h2>
          {standing.payment === null ? null : (
            <p className="quiet">
              Order #{standing.payment.order_id}, payment {standing.payment.id}
            </p>
          )}
        </section>
      )
    case 'closed':
      return <p className="card">This order cannot be paid. Nothing is due.</p>
    case 'missing':
      return <p className="card">There is no such order.</p>
    case 'unreachable':
      return <p className="card">The shop cannot be reached. We keep trying.</p>
    default:
      return standing satisfies never
  }
}

const nameOf = (id: PayableId) => (typeof id === 'string' ? `cart ${id.slice(0, 8)}` : `order #${id}`)
