import { expect, test } from 'vitest'
import { INSTRUMENT_TYPES, type InstrumentType } from '../../src/domain/payment-instrument.ts'
import { acceptedInstruments, type PaymentMethod } from '../../src/domain/payment-method.ts'

const all = new Set(INSTRUMENT_TYPES)
const method = (overrides: Partial<PaymentMethod>): PaymentMethod => ({
  id: 'stripe.card',
  name: 'Stripe',
  type: 'card',
  test_mode: false,
  supported_instruments: [],
  ...overrides,
})
const supports = (...types: string[]) => types.map((instrument_type) => ({ instrument_type }))

const cases: [string, PaymentMethod, InstrumentType[]][] = [
  [
    'the type of a method in another case is the same',
    method({ type: ' CARD ', supported_instruments: supports('VISA', 'stored_card') }),
    ['card', 'stored_card'],
  ],
  [
    'so is that of a stored instrument',
    method({ type: 'paypal', stored_instruments: [{ type: 'STORED_PAYPAL_ACCOUNT', token: 'a' }] }),
    ['stored_paypal_account'],
  ],
  ['brands mean card numbers', method({ supported_instruments: supports('VISA', 'AMEX') }), ['card']],
  [
    'brands and STORED_CARD mean both',
    method({ supported_instruments: supports('VISA', 'STORED_CARD') }),
    ['card', 'stored_card'],
  ],
  [
    'a gateway for stored cards only takes no card number',
    method({ id: 'adyenv2.scheme', supported_instruments: supports('STORED_CARD') }),
    ['stored_card'],
  ],
  ['an unknown brand is still a card', method({ supported_instruments: supports('NEWBRAND') }), ['card']],
  [
    'PayPal takes stored accounts and no card number',
    method({
      id: 'braintree.paypal',
      type: 'paypal',
      supported_instruments: supports('STORED_PAYPAL_ACCOUNT', 'PAYPAL'),
    }),
    ['stored_paypal_account'],
  ],
  [
    'a bank account that is stored may pay, though no list names it',
    method({
      id: 'braintree.ach',
      type: 'bank',
      stored_instruments: [{ type: 'stored_bank_account', token: 't' }],
    }),
    ['stored_bank_account'],
  ],
  [
    'a stored instrument of a kind unknown here is not offered',
    method({ type: 'other', stored_instruments: [{ type: 'stored_shell', token: 't' }] }),
    [],
  ],
  [
    'a gift certificate',
    method({ id: 'bigcommerce.gift_certificate', type: 'gift_certificate' }),
    ['gift_certificate'],
  ],
  ['store credit', method({ id: 'bigcommerce.store_credit', type: 'store_credit' }), ['store_credit']],
  ["Bolt's cards come tokenized", method({ id: 'bolt.card' }), ['tokenized_card']],
  ['a method that supports nothing accepts nothing', method({}), []],
]

test.each(cases)('%s', (_what, given, accepted) => {
  expect(acceptedInstruments(given, all)).toEqual(accepted)
})

test('types that this service does not accept are not offered, whatever the store supports', () => {
  const both = method({ supported_instruments: supports('VISA', 'STORED_CARD') })
  expect(acceptedInstruments(both, new Set<InstrumentType>(['stored_card']))).toEqual(['stored_card'])
  expect(acceptedInstruments(both, new Set())).toEqual([])
})

test('each type is listed once, however often the store lists it', () => {
  const twice = method({
    supported_instruments: supports('VISA', 'MASTERCARD', 'STORED_CARD'),
    stored_instruments: [
      { type: 'stored_card', token: 'a' },
      { type: 'stored_card', token: 'b' },
    ],
  })
  expect(acceptedInstruments(twice, all)).toEqual(['card', 'stored_card'])
})
