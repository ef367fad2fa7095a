import { expect, test } from 'vitest'
import { mayBePayable, type Order, parseOrderId } from '../../src/domain/order.ts'

const order = (statusId: number, amount: number): Order => ({
  id: 118,
  statusId,
  customerId: 7,
  paymentStatus: '',
  total: { amount, currency: 'USD' },
  due: { amount, currency: 'USD' },
  paymentProviderId: '',
  source: '',
  createdAtMs: null,
  cartId: null,
  isArchived: false,
  answeredAtMs: null,
})

test('an archived order is not payable, and what an order does not say is left to BigCommerce', () => {
  expect(mayBePayable({ ...order(0, 1), isArchived: true })).toBe(false)
  expect(mayBePayable({ ...order(0, 1), statusId: null })).toBe(true)
  expect(mayBePayable({ ...order(0, 1), due: null })).toBe(true)
})

test.each([0, 1])('status %i may be payable while something is due', (statusId) => {
  expect(mayBePayable(order(statusId, 1))).toBe(true)
})

test.each([0, 1])('status %i with nothing, or less than nothing, due is not payable', (statusId) => {
  expect([mayBePayable(order(statusId, 0)), mayBePayable(order(statusId, -1))]).toEqual([false, false])
})

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -1])('status %i is not payable', (statusId) => {
  expect(mayBePayable(order(statusId, 6098))).toBe(false)
})

test.each([
  ['1', 1],
  ['215', 215],
  ['2147483647', 2_147_483_647],
  ['2147483648', null],
  ['9999999999', null],
  ['0', null],
  ['0215', null],
  ['-1', null],
  ['1.0', null],
  [' 1', null],
  ['1e3', null],
  ['', null],
])('the order id in %j', (text, id) => {
  expect(parseOrderId(text)).toBe(id)
})
