import type { PaymentRequest } from './types.ts'

/**
 * Tells whether a key was made for this payment, without keeping card data: the security code is left out, and of the
 * card number only the first six and last four digits are used. If two payments look alike, the service tells them apart.
 */
export function digestOfPayment({ payment, expected_amount }: PaymentRequest): string {
  const told: Record<string, unknown> = { ...payment.instrument }
  delete told.verification_value
  if (payment.instrument.type === 'card') {
    const { number } = payment.instrument
    told.number = `${number.slice(0, 6)}…${number.slice(-4)}`
  }
  const { payment_method_id, save_instrument = false } = payment
  return hash(JSON.stringify([sorted(told), payment_method_id, save_instrument, expected_amount ?? null]))
}

const sorted = (fields: Record<string, unknown>) =>
  Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))

/** FNV-1a, twice: short, and works everywhere. `crypto.subtle` is missing in some places. */
function hash(text: string): string {
  let [low, high] = [0x811c9dc5, 0x01000193]
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ (code + index), 0x85ebca6b)
  }
  return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
