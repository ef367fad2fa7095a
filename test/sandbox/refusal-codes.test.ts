import { expect, test } from 'vitest'
import { MAGIC_CARDS } from '../../sandbox/data/card-outcomes.ts'
import { REFUSAL_CODES } from '../../sandbox/data/refusals.ts'
import {
  cardOf,
  GOOD_CARD,
  OTHER_SHOPPERS_TOKEN,
  REVOKED_PAYPAL_TOKEN,
  STORED_VISA,
} from './support/instruments.ts'
import { openStore, type Payment, type Reply, type Store, VISA_PAYMENT } from './support/open-store.ts'

type Way = { code: number; status: number; way: string; ask: (store: Store) => Promise<Reply> }

const stripe = (instrument: Payment['instrument'], rest: Partial<Payment> = {}): Payment => ({
  payment_method_id: 'stripe.card',
  instrument,
  ...rest,
})

const WAYS: Way[] = [
  {
    code: 10001,
    status: 422,
    way: 'a field is missing',
    ask: ({ pay, order }) => pay(order(), stripe({ type: 'card', number: '4242424242424242' })),
  },
  {
    code: 10001,
    status: 401,
    way: 'the scheme is not PAT',
    ask: async ({ payWith, mint, order }) =>
      payWith('', VISA_PAYMENT, { authorization: `Bearer ${await mint(order())}` }),
  },
  {
    code: 30000,
    status: 422,
    way: 'the gateway is not configured',
    ask: ({ sandbox, pay, order }) => {
      sandbox.configure({ gateways: { 'stripe.card': 'missing' } })
      return pay(order())
    },
  },
  {
    code: 30001,
    status: 422,
    way: 'the gateway is configured wrongly',
    ask: ({ sandbox, pay, order }) => {
      sandbox.configure({ gateways: { 'stripe.card': 'broken' } })
      return pay(order())
    },
  },
  {
    code: 30002,
    status: 422,
    way: 'stored instruments are off',
    ask: ({ sandbox, pay, order }) => {
      sandbox.configure({ vaulting: false })
      return pay(order(), stripe(STORED_VISA))
    },
  },
  { code: 30003, status: 404, way: 'no such order (methods)', ask: ({ methods }) => methods(9999) },
  {
    code: 30003,
    status: 404,
    way: 'the order was deleted after its token was made',
    ask: async ({ manage, mint, payWith, order }) => {
      const id = order()
      const pat = await mint(id)
      await manage(`/v2/orders/${id}`, { method: 'DELETE' })
      return payWith(pat, VISA_PAYMENT)
    },
  },
  {
    code: 30004,
    status: 422,
    way: 'the order changed after its token was made',
    ask: async ({ manage, mint, payWith, order }) => {
      const id = order()
      const pat = await mint(id)
      const products = [{ name: 'Other', quantity: 1, price_inc_tax: 5, price_ex_tax: 5 }]
      await manage(`/v2/orders/${id}`, { method: 'PUT', body: { products } })
      return payWith(pat, VISA_PAYMENT)
    },
  },
  {
    code: 30050,
    status: 422,
    way: 'the card cannot be saved',
    ask: ({ pay, order }) => pay(order(), stripe(cardOf('4000000000300501'), { save_instrument: true })),
  },
  {
    code: 30051,
    status: 422,
    way: "the instrument is another shopper's",
    ask: ({ pay, order }) => pay(order(), stripe({ ...STORED_VISA, token: OTHER_SHOPPERS_TOKEN })),
  },
  {
    code: 30100,
    status: 422,
    way: 'no token can be made',
    ask: ({ sandbox, manage, order }) => {
      sandbox.configure({ access_tokens: false })
      return manage('/v3/payments/access_tokens', { method: 'POST', body: { order: { id: order() } } })
    },
  },
  {
    code: 30101,
    status: 409,
    way: 'the order is not Incomplete',
    ask: ({ methods, order }) => methods(order({ status_id: 1 })),
  },
  {
    code: 30101,
    status: 409,
    way: 'the order was made in the control panel',
    ask: ({ methods, order }) => methods(order({ order_source: 'manual' })),
  },
  {
    code: 30102,
    status: 401,
    way: 'the token is not one of ours',
    ask: ({ payWith }) => payWith('not-a-token', VISA_PAYMENT),
  },
  {
    code: 30103,
    status: 422,
    way: 'the card is past its date',
    ask: ({ pay, order }) => pay(order(), stripe({ ...GOOD_CARD, expiry_year: 2020 })),
  },
  {
    code: 30107,
    status: 422,
    way: 'the PayPal account was revoked',
    ask: ({ pay, order }) =>
      pay(order(), {
        payment_method_id: 'braintree.paypal',
        instrument: { type: 'stored_paypal_account', token: REVOKED_PAYPAL_TOKEN },
      }),
  },
]

test.each(WAYS)('$code with status $status when $way', async ({ code, status, ask }) => {
  const store = await openStore()
  const reply = await ask(store)
  expect(reply).toMatchObject({ status, body: { status, code, title: expect.any(String) } })
  expect(reply.body.type).toEqual(expect.any(String))
  expect(store.sandbox.charges()).toEqual([])
})

const refusedCards = MAGIC_CARDS.flatMap(({ number, outcome }) =>
  'code' in outcome ? [{ number, code: outcome.code, kind: outcome.kind }] : [],
)

test.each(refusedCards)('card $number is $kind with $code', async ({ number, code, kind }) => {
  const { sandbox, pay, order } = await openStore()
  const reply = await pay(order(), stripe(cardOf(number), { save_instrument: code === 30050 }))
  expect(reply).toMatchObject({ status: code === 10000 ? 500 : 422, body: { code } })
  expect(sandbox.charges()).toHaveLength(kind === 'charged-then-refused' ? 1 : 0)
})

test('every code of the published table can be produced', () => {
  const produced = new Set([...WAYS.map(({ code }) => code), ...refusedCards.map(({ code }) => code)])
  expect(REFUSAL_CODES.filter((code) => !produced.has(code))).toEqual([])
})

test('codes can come as text, and 30001 as the 3001 that older pages print', async () => {
  const { sandbox, pay, order } = await openStore()
  sandbox.configure({
    codes_as_strings: true,
    legacy_configuration_code: true,
    gateways: { 'stripe.card': 'broken' },
  })
  expect((await pay(order())).body.code).toBe('3001')
})
