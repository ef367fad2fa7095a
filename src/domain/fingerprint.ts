import { createHash } from 'node:crypto'
import type { PaymentCommand } from './payment-command.ts'

/** What must be the same for a repeated key to be the same request. Of the instrument only its digest counts. */
export function fingerprintOf({ orderId, payment, expectedAmount }: PaymentCommand): string {
  const { instrument, payment_method_id: methodId, save_instrument: isSaved } = payment
  const told = [orderId, expectedAmount, instrument.digest, methodId, isSaved ?? null]
  return createHash('sha256').update(JSON.stringify(told)).digest('hex')
}
