import { beforeEach, expect, test } from 'vitest'
import { createReceipts } from '../../../demo/page/receipts.ts'

const kept = new Map<string, string>()
const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
}
/** As after a reload: only the storage is left. */
const reloaded = () => createReceipts(storage, 218)

beforeEach(() => kept.clear())

test('what was begun is remembered over a reload, until it has ended', () => {
  reloaded().begin('Visa ending in 4242')
  expect(reloaded().begunWith()).toBe('Visa ending in 4242')

  reloaded().end()
  expect([reloaded().begunWith(), reloaded().receipt()]).toEqual([null, null])
})

test('a receipt takes the place of what was begun', () => {
  const payment = {
    id: 'p-1',
    order_id: 218,
    status: 'success',
    transaction_type: 'purchase',
    amount: 6098,
    currency: 'USD',
    payment_method_id: 'stripe.card',
    instrument_type: 'card',
    bigcommerce_id: null,
    bigcommerce_code: null,
    created_at: '2026-11-22T13:00:00.000Z',
    updated_at: '2026-11-22T13:00:00.000Z',
  } as const
  reloaded().begin('Visa')
  reloaded().settle({ payment, paidWith: 'Visa' })

  expect(reloaded().receipt()).toEqual({ payment, paidWith: 'Visa' })
  expect(reloaded().begunWith()).toBeNull()
})
