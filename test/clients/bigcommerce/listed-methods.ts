import fc from 'fast-check'
import { anyText } from '../../support/any-text.ts'
import { goodCardNumber } from '../../support/payments.ts'

/** A method as BigCommerce lists it, with nothing that it need not have. */
export const plainMethod = {
  id: 'stripe.card',
  name: 'Stripe',
  type: 'card',
  test_mode: false,
  supported_instruments: [],
}

/** Mostly as documented, so that the one pass is what reads it, with something odd now and then. */
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: usual, weight: 40 }, { arbitrary: odd, weight: 1 })
const odd = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', 'true', 0, 1, -1, 1.5, 2 ** 53, [], {}, goodCardNumber),
  fc.constantFrom('é', '\ud800', '%34242424242424242', '⒛'.repeat(7), 'x'.repeat(256), 'a\nb', '__proto__'),
  fc.jsonValue(),
  anyText,
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

/** What BigCommerce may list for an order, or some proxy on the way. */
export const listedMethods = fc.array(mostly(method), { maxLength: 3 })
