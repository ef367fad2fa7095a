import { expect, test } from 'vitest'
import { formatMinor, toMinor } from '../../../demo/page/money.ts'
import { caretAfter, groupCardNumber, groupExpiry, readExpiry } from '../../../demo/page/typed-text.ts'

test.each([
  ['4242424242424242', '4242 4242 4242 4242'],
  ['4242-4242', '4242 4242'],
  ['378282246310005', '3782 822463 10005'],
  ['30569309025904', '3056 930902 5904'],
  ['55555555555544449', '5555 5555 5555 4444'],
  ['abc', ''],
])('the card number %s is shown as %s', (typed, shown) => {
  expect(groupCardNumber(typed)).toBe(shown)
})

test.each([
  ['1', '1'],
  ['9', '09'],
  ['122030', '12 / 2030'],
  ['12 / ', '12'],
  ['12/30', '12 / 30'],
])('the expiry %s is shown as %s', (typed, shown) => {
  expect(groupExpiry(typed)).toBe(shown)
})

test.each([
  ['12 / 2030', { month: 12, year: 2030 }],
  ['09 / 30', { month: 9, year: 2030 }],
  ['13 / 2030', null],
  ['12 / 203', null],
  ['', null],
])('the expiry %s is read as %j', (typed, expiry) => {
  expect(readExpiry(typed)).toEqual(expiry)
})

test('a digit put into the middle leaves the caret behind it', () => {
  expect(caretAfter('4242 4242', 5)).toBe(6)
  expect(caretAfter('4242 4242', 8)).toBe(9)
})

test.each([
  [6098, 'USD', '$60.98'],
  [6098, 'JPY', '¥6,098'],
])('%d %s is shown as %s', (amount, currency, shown) => {
  expect(formatMinor(amount, currency)).toBe(shown)
})

test('decimal text becomes minor units without a cent lost', () => {
  expect(toMinor('60.9800', 'USD')).toBe(6098)
  expect(toMinor('1.1500', 'USD')).toBe(115)
})
