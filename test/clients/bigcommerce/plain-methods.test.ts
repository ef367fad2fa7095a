import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainMethodsIn, readEach } from '../../../src/clients/bigcommerce/read-payment-methods.ts'
import type { PaymentMethodsReading } from '../../../src/domain/payment-method.ts'
import { goodCardNumber } from '../../support/payments.ts'
import { listedMethods } from './listed-methods.ts'

/** As it would be written in an answer. */
const written = (reading: PaymentMethodsReading | null) => JSON.stringify(reading)

describe('what is read in one pass', () => {
  test('is what the schemas read, whatever is listed', () => {
    let read = 0
    fc.assert(
      fc.property(listedMethods, (data) => {
        const reading = plainMethodsIn(data)
        if (reading === null) return
        read += 1
        expect(written(reading)).toBe(written(readEach(data)))
      }),
      { numRuns: 1_000 },
    )
    // Or it would show little.
    expect(read).toBeGreaterThan(100)
  })

  test('is what is as documented; all else is left to the schemas', () => {
    const plain = {
      id: 'stripe.card',
      name: 'Stripe',
      type: 'card',
      test_mode: false,
      supported_instruments: [{ instrument_type: 'VISA', verification_value_required: true }],
      stored_instruments: [
        { type: 'stored_card', token: 'a1', brand: 'VISA', expiry_month: 9, last_4: '4242' },
      ],
    }
    expect(written(plainMethodsIn([plain]))).toBe(written({ methods: [plain], leftOut: 0 }))
    const more = Array.from({ length: 1_001 }, () => plain.supported_instruments[0])
    for (const other of [
      { ...plain, name: goodCardNumber },
      { ...plain, name: 'x'.repeat(256) },
      { ...plain, name: 'Crédit' },
      { ...plain, supported_instruments: more },
      { ...plain, stored_instruments: null },
    ])
      expect(plainMethodsIn([plain, other])).toBe(null)
  })
})
