import { beforeEach, expect, test } from 'vitest'
import { createPaymentIntents } from '../../../demo/page/payment-intent.ts'
import type { PaymentRequest } from '../../../demo/page/payments-api-types.ts'

const kept = new Map<string, string>()
const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
}
/** As after a reload: only what was kept is known. */
const reloaded = () => createPaymentIntents(storage, 218)

const request = (number: string, verification_value = '123'): PaymentRequest => ({
  payment: { instrument: { type: 'card', number, verification_value }, payment_method_id: 'stripe.card' },
  expected_amount: 6098,
})
const visa = request('4242424242424242')

beforeEach(() => kept.clear())

test('the same payment keeps its key, over a reload too', async () => {
  const key = await reloaded().keyFor(visa, 'Visa')

  expect(await reloaded().keyFor(visa, 'Visa')).toBe(key)
  expect(await reloaded().keyFor(request('4242424242424242', '456'), 'Visa')).toBe(key)
})

test('another card, or the same one after an end, is a new intent', async () => {
  const intents = reloaded()
  const first = await intents.keyFor(visa, 'Visa')
  const second = await intents.keyFor(request('5555555555554444'), 'Mastercard')
  intents.end()
  const third = await intents.keyFor(request('5555555555554444'), 'Mastercard')

  expect(new Set([first, second, third]).size).toBe(3)
})

test('nothing of the card is kept', async () => {
  await reloaded().keyFor(visa, 'Visa ending in 4242')

  expect([...kept.values()].join()).not.toMatch(/424242|123"/)
})

test('a receipt takes the place of the intent', async () => {
  const payment = { id: 'p-1', status: 'success', amount: 6098, currency: 'USD', instrument_type: 'card' }
  await reloaded().keyFor(visa, 'Visa')
  reloaded().settle({ payment, paidWith: 'Visa' })

  expect(reloaded().receipt()).toEqual({ payment, paidWith: 'Visa' })
  expect(reloaded().open()).toBeUndefined()
})
