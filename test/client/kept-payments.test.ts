import { beforeEach, expect, test } from 'vitest'
import { createKeptPayments, newIdempotencyKey } from '../../clients/typescript/src/kept-payments.ts'
import type { PaymentRequest } from '../../clients/typescript/src/types.ts'

const kept = new Map<string, string>()
const storage = {
  getItem: async (name: string) => kept.get(name) ?? null,
  setItem: async (name: string, value: string) => void kept.set(name, value),
  removeItem: async (name: string) => void kept.delete(name),
}
/** As after a reload: only the storage is left. */
const reloaded = () => createKeptPayments(storage)

const request = (number: string, verification_value = '123', expected_amount = 6098): PaymentRequest => ({
  payment: {
    instrument: {
      type: 'card',
      number,
      verification_value,
      cardholder_name: 'Jane Doe',
      expiry_month: 12,
      expiry_year: 2030,
    },
    payment_method_id: 'stripe.card',
  },
  expected_amount,
})
const visa = request('4242424242424242')

beforeEach(() => kept.clear())

test('the same payment keeps its key, over a reload too, and whatever the security code', async () => {
  const { key } = await reloaded().begin(218, visa)

  expect((await reloaded().begin(218, visa)).key).toBe(key)
  expect((await reloaded().begin(218, request('4242424242424242', '456'))).key).toBe(key)
})

test('another card, amount or order is another payment, and so is the same one after an end', async () => {
  const payments = reloaded()
  const keys = [
    (await payments.begin(218, visa)).key,
    (await payments.begin(219, visa)).key,
    (await payments.begin(218, request('5555555555554444'))).key,
    (await payments.begin(218, request('5555555555554444', '123', 6099))).key,
  ]
  await payments.end(218, String(keys[3]))
  keys.push((await payments.begin(218, request('5555555555554444', '123', 6099))).key)

  expect(new Set(keys).size).toBe(5)
})

test('the end of an earlier payment does not forget the present one', async () => {
  const payments = reloaded()
  const { key: first } = await payments.begin(218, visa)
  const { key: second } = await payments.begin(218, request('5555555555554444'))
  await payments.end(218, first)

  expect((await payments.find(218))?.key).toBe(second)
})

test('nothing of the card is kept', async () => {
  await reloaded().begin(218, visa)

  expect([...kept.values()]).toHaveLength(1)
  expect([...kept.values()].join()).not.toMatch(/4242|123"|Jane/)
})

test('unreadable content in the storage does not stop a payment', async () => {
  kept.set('tillgate:order:218', 'not ours')

  expect((await reloaded().begin(218, visa)).key).toMatch(/^[0-9a-f-]{36}$/)
})

test('two at once find the same key', async () => {
  const payments = reloaded()
  const both = await Promise.all([payments.begin(218, visa), payments.begin(218, visa)])

  expect(both[0].key).toBe(both[1].key)
})

test.each([
  ['all of crypto', { randomUUID: () => crypto.randomUUID() }],
  [
    'random bytes only',
    { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) },
  ],
  ['nothing', {}],
])('a key is a new UUID with %s', (_name, source) => {
  const keys = Array.from({ length: 100 }, () => newIdempotencyKey(source))

  expect(new Set(keys).size).toBe(100)
  for (const key of keys)
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
