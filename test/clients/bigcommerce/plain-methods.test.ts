import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainMethodsIn } from '../../../src/clients/bigcommerce/plain-methods.ts'
import { readEach } from '../../../src/clients/bigcommerce/read-payment-methods.ts'
import type { PaymentMethodsReading } from '../../../src/domain/payment-method.ts'
import { goodCardNumber } from '../../support/payments.ts'

/** As it would be written in an answer. */
const written = (reading: PaymentMethodsReading | null) => JSON.stringify(reading)

/** Mostly as documented, so that the one pass is what reads it, with something odd now and then. */
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: usual, weight: 40 }, { arbitrary: odd, weight: 1 })
const odd = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', 'true', 0, 1, -1, 1.5, 2 ** 53, [], {}, goodCardNumber),
  fc.constantFrom('é', '\ud800', '%34242424242424242', '⒛'.repeat(7), 'x'.repeat(256), 'a\nb', '__proto__'),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
)
const text = fc.oneof(
  fc.constantFrom('card', 'VISA', 'STORED_CARD', 'stripe.card', 'stored_card'),
  fc.string({ minLength: 1, maxLength: 300 }),
  fc.stringMatching(/^[0-9a-f]{64}$/),
  fc.stringMatching(/^[\d -]{10,22}$/),
)
const supported = fc.record(
  { instrument_type: mostly(text), verification_value_required: mostly(fc.boolean()), added: fc.jsonValue() },
  { requiredKeys: ['instrument_type', 'verification_value_required'] },
)
const stored = fc.record(
  {
    type: mostly(text),
    token: mostly(text),
    is_default: mostly(fc.boolean()),
    brand: mostly(text),
    expiry_month: mostly(fc.integer()),
    expiry_year: mostly(fc.integer()),
    issuer_identification_number: mostly(text),
    last_4: mostly(text),
    email: mostly(text),
    masked_account_number: mostly(text),
    issuer: mostly(text),
    added: fc.jsonValue(),
  },
  { requiredKeys: ['type', 'token'] },
)
const method = fc.record(
  {
    id: mostly(text),
    name: mostly(text),
    type: mostly(text),
    test_mode: mostly(fc.boolean()),
    supported_instruments: mostly(fc.array(mostly(supported), { maxLength: 4 })),
    stored_instruments: mostly(fc.array(mostly(stored), { maxLength: 3 })),
    added: fc.jsonValue(),
  },
  { requiredKeys: ['id', 'name', 'type', 'test_mode', 'supported_instruments'] },
)

describe('what is read in one pass', () => {
  test('is what the schemas read, whatever is listed', () => {
    let read = 0
    fc.assert(
      fc.property(fc.array(mostly(method), { maxLength: 3 }), (data) => {
        const reading = plainMethodsIn(data)
        if (reading === null) return
        read += 1
        expect(written(reading)).toBe(written(readEach(data)))
      }),
      { numRuns: 5_000 },
    )
    // Or it would show little.
    expect(read).toBeGreaterThan(1_000)
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
