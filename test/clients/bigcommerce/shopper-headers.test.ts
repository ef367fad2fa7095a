import { expect, test } from 'vitest'
import { createShopperHeaders } from '../../../src/clients/bigcommerce/shopper-headers.ts'

test("without BigCommerce's secret nothing is said of the shopper", () => {
  expect(createShopperHeaders(null)('203.0.113.9')).toEqual({})
})

test('with it, the address goes along with the secret', () => {
  expect(createShopperHeaders('proxy-secret')('203.0.113.9')).toEqual({
    'x-bc-trusted-proxy-secret': 'proxy-secret',
    'true-client-ip': '203.0.113.9',
  })
})
