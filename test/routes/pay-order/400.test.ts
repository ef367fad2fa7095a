import { describe, expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment, goodCardNumber, storedCardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })
const lastYear = new Date().getFullYear() - 1

describe('a payment is checked before any call, and the answer points to the field without its value', () => {
  const luhnWrong = '4242424242424241'
  const amex = '378282246310005'
  const wrong: readonly [string, unknown, string][] = [
    ['check digit', cardPayment({ number: luhnWrong }), '/payment/instrument/number'],
    ['spaces in the number', cardPayment({ number: '4242 4242 4242 4242' }), '/payment/instrument/number'],
    ['a number as a number', cardPayment({ number: 4242424242424242 }), '/payment/instrument/number'],
    [
      'CVV too long for the brand',
      cardPayment({ verification_value: '1234' }),
      '/payment/instrument/verification_value',
    ],
    ['CVV too short for Amex', cardPayment({ number: amex }), '/payment/instrument/verification_value'],
    ['an empty CVV', cardPayment({ verification_value: '' }), '/payment/instrument/verification_value'],
    ['expired', cardPayment({ expiry_year: lastYear }), '/payment/instrument/expiry_year'],
    ['two-digit year', cardPayment({ expiry_year: 30 }), '/payment/instrument/expiry_year'],
    ['month 13', cardPayment({ expiry_month: 13 }), '/payment/instrument/expiry_month'],
    [
      'number for a name',
      cardPayment({ cardholder_name: goodCardNumber }),
      '/payment/instrument/cardholder_name',
    ],
    [
      'number within a name',
      cardPayment({ cardholder_name: 'Jane 4242-4242 4242 4242' }),
      '/payment/instrument/cardholder_name',
    ],
    [
      'number for a method',
      cardPayment({}, { payment_method_id: goodCardNumber }),
      '/payment/payment_method_id',
    ],
    ['unknown field', cardPayment({ cvv: '123' }), '/payment/instrument/cvv'],
    ['unknown instrument', cardPayment({ type: 'cash' }), '/payment/instrument/type'],
    [
      'a card number for an instrument token',
      storedCardPayment({ token: goodCardNumber }),
      '/payment/instrument/token',
    ],
    ['an empty instrument token', storedCardPayment({ token: '' }), '/payment/instrument/token'],
    ['no payment', {}, '/payment'],
    ['no method', cardPayment({}, { payment_method_id: '' }), '/payment/payment_method_id'],
    ['amount as text', { ...cardPayment(), expected_amount: '60.98' }, '/expected_amount'],
    ['card number as amount', { ...cardPayment(), expected_amount: 4242424242424242 }, '/expected_amount'],
    ['amount with decimals', { ...cardPayment(), expected_amount: 60.98 }, '/expected_amount'],
    [
      "another method's gift certificate",
      cardPayment({}, { instrument: { type: 'gift_certificate', gift_certificate_code: 'X' } }),
      '/payment/payment_method_id',
    ],
  ]

  test.each(wrong)('%s', async (_name, body, pointer) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)

    const answer = await call.pay(orderId, body, { token: await token })

    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
    for (const number of [goodCardNumber, luhnWrong, amex]) expect(answer.text).not.toContain(number)
    expect(sandbox.requests()).toEqual([])
  })
})

test('a card number in the place of a field name is not shown back', async () => {
  const { sandbox, call } = await startTillgate()
  const body = { ...cardPayment(), [goodCardNumber]: true }
  const answer = await call.pay(createOrder(sandbox), body, { token: await token })
  expect(answer.status).toBe(400)
  expect(answer.text).not.toContain(goodCardNumber)
})

test('an instrument that this service does not take is refused', async () => {
  const { sandbox, call } = await startTillgate({
    environment: { PAYMENT_INSTRUMENTS: 'stored_card,store_credit' },
  })
  const answer = await call.pay(createOrder(sandbox), cardPayment(), { token: await token })
  expect(answer.body).toMatchObject({ status: 400, errors: [{ pointer: '/payment/instrument/type' }] })
  expect(sandbox.requests()).toEqual([])
})

describe('the Idempotency-Key', () => {
  test.each([
    ['missing', {}, 'idempotency_key_missing'],
    ['empty', { 'idempotency-key': '' }, 'idempotency_key_missing'],
    ['too short', { 'idempotency-key': 'abc' }, 'idempotency_key_invalid'],
    ['a card number', { 'idempotency-key': '4242424242424242' }, 'idempotency_key_invalid'],
    ['a card number with hyphens', { 'idempotency-key': '4242-4242-4242-4242' }, 'idempotency_key_invalid'],
    ['a card number after a word', { 'idempotency-key': 'card4242424242424242' }, 'idempotency_key_invalid'],
    ['a card and its expiry', { 'idempotency-key': '4242424242424242-12-30' }, 'idempotency_key_invalid'],
    ['with other characters', { 'idempotency-key': 'a key with some spaces' }, 'idempotency_key_invalid'],
    [
      'in two lines',
      { 'idempotency-key': ['a-key-of-this-shopper', 'a-key-of-this-shopper'] },
      'idempotency_key_invalid',
    ],
  ])('%s is refused', async (_name, headers: Record<string, string | string[]>, code) => {
    const { sandbox, call } = await startTillgate()
    const answer = await call(`/orders/${createOrder(sandbox)}/pay`, {
      method: 'POST',
      token: await token,
      headers,
      body: cardPayment(),
    })
    expect(answer.body).toMatchObject({ status: 400, code })
    expect(sandbox.requests()).toEqual([])
  })
})

test.each(['0', '-1', 'abc', '1e3', '1.5', '2147483648', '99999999999999999999'])(
  'the order id %s is refused',
  async (id) => {
    const { call } = await startTillgate()
    const answer = await call(`/orders/${id}/pay`, {
      method: 'POST',
      token: await token,
      headers: { 'idempotency-key': 'a-key-of-this-shopper' },
      body: cardPayment(),
    })
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/id' }] })
  },
)

test('a body that is not JSON is refused without quoting it', async () => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), `{"number": ${goodCardNumber}4, oops`, {
    token: await token,
  })
  expect(answer.body).toMatchObject({ status: 400, code: 'malformed_request' })
  expect(answer.text).not.toContain('oops')
})
