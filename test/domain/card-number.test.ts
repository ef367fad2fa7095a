import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { holdsCardNumber, isCardNumber } from '../../src/domain/card-number.ts'

test.each([
  '4242424242424242',
  '4242-4242-4242-4242',
  '4242.4242.4242.4242',
  'pay-4242424242424242',
  'order_4242424242424242_2',
  '378282246310005',
])('%s is refused as an id: it is a card number', (id) => {
  expect(isCardNumber(id)).toBe(true)
})

test.each([
  '4242424242424241',
  'a4242424242424242b',
  '1234567890123456',
  '00000000-0000-4000-8000-000000000000',
])('%s may be an id', (id) => {
  expect(isCardNumber(id)).toBe(false)
})

test('no random id is taken for a card number, though one in a thousand contains one', () => {
  for (let i = 0; i < 20_000; i++) {
    for (const id of [randomUUID(), randomBytes(16).toString('hex')])
      if (isCardNumber(id)) throw new Error(`${id} was taken for a card number`)
  }
  expect(holdsCardNumber('a4242424242424242b')).toBe(true)
})
