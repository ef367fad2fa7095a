import { expect, test } from 'vitest'
import { createCallHeaders } from '../../../src/clients/bigcommerce/call-headers.ts'

const context = { correlationId: 'correlation-1', shopperAddress: '203.0.113.9' }
const headersWith = (trustedProxySecret: string | null, of = context) =>
  createCallHeaders({ userAgent: 'Tillgate/test', trustedProxySecret })(of)
const always = { 'user-agent': 'Tillgate/test', 'x-correlation-id': 'correlation-1' }

test("without BigCommerce's secret nothing is said of the shopper", () => {
  expect(headersWith(null)).toEqual(always)
})

test('with it, the address goes along with the secret', () => {
  expect(headersWith('proxy-secret')).toEqual({
    ...always,
    'x-bc-trusted-proxy-secret': 'proxy-secret',
    'true-client-ip': '203.0.113.9',
  })
})
