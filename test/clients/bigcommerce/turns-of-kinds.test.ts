import { expect, test } from 'vitest'
import { kindOf } from '../../../src/clients/bigcommerce/quota.ts'
import type { Waiter } from '../../../src/clients/bigcommerce/turns.ts'
import { createTurnsOfKinds } from '../../../src/clients/bigcommerce/turns-of-kinds.ts'

const waiter = (kind: string, caller: string, deadlineMs: number): Waiter => ({
  kind,
  caller,
  deadlineMs,
  go() {},
  refuse() {},
})

/** Three of one kind, of two callers; then one each of two others. */
function filled() {
  const turns = createTurnsOfKinds()
  const waiting = [
    waiter('order', 'a', 5),
    waiter('order', 'a', 6),
    waiter('order', 'b', 7),
    waiter('mint', 'a', 8),
    waiter('methods', 'c', 4),
  ] as const
  for (const one of waiting) turns.add(one)
  return { turns, waiting }
}

test('kinds take turns, and within one kind callers do', () => {
  const { turns, waiting } = filled()
  const [a1, a2, b1, mint, methods] = waiting
  expect(turns.size).toBe(5)
  expect(Array.from({ length: 6 }, () => turns.next())).toEqual([a1, mint, methods, b1, a2, undefined])
  expect([turns.size, turns.sizeOfLargest]).toEqual([0, 0])
})

test('the most urgent is that of all kinds, and of the caller with most of one kind the last one is named', () => {
  const { turns, waiting } = filled()
  const [a1, a2, b1, mint, methods] = waiting
  expect([turns.mostUrgent(), turns.sizeOfLargest, turns.lastOfLargest()]).toEqual([methods, 2, a2])
  turns.remove(methods)
  turns.remove(a2)
  turns.remove(methods)
  expect([turns.size, turns.mostUrgent(), turns.sizeOfLargest]).toEqual([3, a1, 1])
  expect([turns.next(), turns.next(), turns.next(), turns.next()]).toEqual([a1, mint, b1, undefined])
})

test.each([
  ['/v2/orders/118', 'GET /v2/orders/{id}'],
  ['/v2/orders?cart_id=8ae9b1c2-51a1-4b04-9d2b-0d3e0a3f1a11&page=2', 'GET /v2/orders'],
  ['/v3/orders/118/transactions?page=2', 'GET /v3/orders/{id}/transactions'],
  ['/v3/checkouts/8ae9b1c2-51a1-4b04-9d2b-0d3e0a3f1a11/orders', 'GET /v3/checkouts/{id}/orders'],
  ['/v3/payments/methods?order_id=118', 'GET /v3/payments/methods'],
])('%s is of the kind %s', (path, kind) => {
  expect(kindOf({ method: 'GET', path })).toBe(kind)
})
