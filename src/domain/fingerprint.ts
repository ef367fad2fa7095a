import { createHash } from 'node:crypto'
import type { PaymentCommand } from './payment-command.ts'

/**
 * What must be the same for a repeated key to be the same request. Takes the parsed body without the CVV, and
 * of a card number only the first six and last four, so that not even by trying all of them could the stored
 * value be turned back into a card (PCI DSS 3.3.1, 3.5.1).
 */
export function fingerprintOf({ orderId, payment, expectedAmount }: PaymentCommand): string {
  const { verification_value: _never, ...instrument } = {
    verification_value: undefined,
    ...payment.instrument,
  }
  const told = {
    orderId,
    expectedAmount,
    payment: {
      ...payment,
      instrument:
        'number' in instrument ? { ...instrument, number: truncated(instrument.number) } : instrument,
    },
  }
  return createHash('sha256')
    .update(JSON.stringify(sorted(told)))
    .digest('hex')
}

const truncated = (cardNumber: string) => `${cardNumber.slice(0, 6)}:${cardNumber.slice(-4)}`

/** The same value with its members in one order, so that the order a client writes them in does not count. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  )
}
