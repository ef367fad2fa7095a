import { expect, test } from 'vitest'
import { readQuotaHeaders } from '../../../src/clients/bigcommerce/quota-headers.ts'

const headers = {
  'x-rate-limit-requests-quota': '150',
  'x-rate-limit-requests-left': '149',
  'x-rate-limit-time-window-ms': '30000',
  'x-rate-limit-time-reset-ms': '12345',
}
const read = (change: Record<string, string | string[] | undefined>) =>
  readQuotaHeaders({ status: 200, headers: { ...headers, ...change }, json: undefined })

test('the four headers as BigCommerce documents them', () => {
  expect(read({})).toEqual({ limit: 150, left: 149, windowMs: 30_000, resetMs: 12_345 })
})

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['is a word', 'none'],
  ['is negative', '-1'],
  ['is there twice', ['1', '1']],
  ['ends in a unit', '3s'],
])('one that %s says nothing', (_what, value) => {
  for (const name of ['quota', 'left']) expect(read({ [`x-rate-limit-requests-${name}`]: value })).toBeNull()
  expect(read({ 'x-rate-limit-time-reset-ms': value })).toBeNull()
})

test('no header is no quota', () => {
  expect(readQuotaHeaders({ status: 200, headers: {}, json: undefined })).toBeNull()
})
