import type { PaymentOutcome } from '../../src/domain/payment-outcome.ts'
import type { NodeParts, Sabotage } from './service/sabotage.ts'

type Charge = NodeParts['paymentsApi']['processPayment']
type Ledger = NodeParts['ledger']

export const charging = (change: (parts: NodeParts) => Charge): Sabotage => ({
  parts: (parts) => ({ ...parts, paymentsApi: { processPayment: change(parts) } }),
})
export const onLedger = (change: (ledger: Ledger) => Partial<Ledger>): Sabotage => ({
  parts: (parts) => ({ ...parts, ledger: { ...parts.ledger, ...change(parts.ledger) } }),
})
/** A charge's outcome taken for another. */
export const mistaking = (change: (outcome: PaymentOutcome) => PaymentOutcome): Sabotage =>
  charging(
    ({ paymentsApi }) =>
      async (...charge) =>
        change(await paymentsApi.processPayment(...charge)),
  )

export const declined: PaymentOutcome = {
  kind: 'declined',
  refusal: { by: 'code', bigcommerceCode: 30104 },
}
