import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PaymentInstrument } from '../../src/domain/payment-instrument.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/what-bigcommerce-takes.md'), 'utf8')
const [, testCards = ''] = page.split('## Test cards')
const numbers = [...new Set(testCards.match(/\b\d{13,16}\b/g))]

test('the page lists test cards of four gateways', () => {
  expect(numbers.length).toBeGreaterThan(15)
})

test.each(numbers)("a gateway's test card can be paid with: %s", (number) => {
  const isAmex = /^3[47]/.test(number)
  const card = {
    type: 'card',
    number,
    cardholder_name: 'Jane Doe',
    expiry_month: 12,
    expiry_year: new Date().getFullYear() + 2,
    verification_value: isAmex ? '1234' : '123',
  }
  expect(PaymentInstrument.safeParse(card).success).toBe(true)
})

test.each([
  ...['AdyenV2', 'Authorize.Net', 'Bolt', 'Checkout.com', 'CyberSource', 'MyVirtualMerchant', 'Paymetric'],
  ...['Braintree', 'Stripe', 'Stripe v3', 'CardConnect', 'Chase Integrated Payments', 'NMI', 'QuickBooks'],
  ...['Chase Merchant Services', 'eWAY Rapid', 'Payeezy', 'Heartland', 'MIGS', 'Payflow Edition', 'USA ePay'],
  ...['Sage Pay', 'SecureNet', 'Worldpay', 'Worldpay Core'],
])('names the gateway %s', (gateway) => {
  expect(page.replaceAll('Adyen v2', 'AdyenV2')).toContain(gateway)
})
