import type { JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { createVerifyCallerTokens } from '../../../src/clients/identity/caller-tokens.ts'
import {
  createVerifyByIssuer,
  createVerifyCurrentCustomerTokens,
} from '../../../src/clients/identity/current-customer-tokens.ts'
import { mint, nowMs, nowSeconds, resultOf, secretOf, unsigned } from './token-factory.ts'

const clientSecret = 'the-app-client-secret-of-the-store'
const hmacSecret = 'an HMAC secret of 32 bytes or more'
const now = () => nowMs

/** As BigCommerce's current.jwt gives it. */
const claims = {
  iss: 'bc/apps',
  sub: 'abc123',
  aud: 'client-id',
  iat: nowSeconds - 60,
  exp: nowSeconds + 14 * 60,
  version: 1,
  application_id: 'client-id',
  store_hash: 'abc123',
  operation: 'current_customer',
  customer: { id: 7, email: 'jane@example.com', group_id: '3' },
}

const callerTokens = createVerifyCallerTokens({
  lifeSecondsMax: 86_400,
  issuer: 'https://shop.example',
  audience: 'tillgate',
  key: { kind: 'secret', secret: secretOf(hmacSecret) },
  now,
})
const currentCustomerTokens = createVerifyCurrentCustomerTokens({
  clientId: 'client-id',
  clientSecret,
  storeHash: 'abc123',
  now,
})
const verify = createVerifyByIssuer(callerTokens, currentCustomerTokens)

const customerOf = async (change: object = {}) =>
  resultOf(currentCustomerTokens(await mint({ ...claims, ...change } as JWTPayload, secretOf(clientSecret))))

test('a shopper whom BigCommerce has signed in may list and pay their own orders', async () => {
  expect(await customerOf()).toEqual({
    principal: JSON.stringify(['bc/apps', 'abc123', 7]),
    scopes: new Set(['payments:read', 'payments:write']),
    access: { kind: 'customer', customerId: 7 },
    customerId: 7,
  })
})

describe('a token is refused', () => {
  test.each([
    ['that asks for a login instead: a Customer Login JWT is no credential', { operation: 'customer_login' }],
    ['without an operation', { operation: undefined }],
    ['of another store', { sub: 'def456' }],
    ['without a store', { sub: undefined }],
    ['for another app', { aud: 'another-client' }],
    ['without an app', { aud: undefined }],
    ['of another issuer', { iss: 'client-id' }],
    ['that has expired', { exp: nowSeconds - 6 }],
    ['that never expires', { exp: undefined }],
    ['without the time it was made', { iat: undefined }],
    [
      'older than fifteen minutes, whatever it claims',
      { iat: nowSeconds - 15 * 60 - 6, exp: nowSeconds + 3_600 },
    ],
    ['made in the future', { iat: nowSeconds + 60 }],
    ['of a guest', { customer: { id: 0 } }],
    ['without a customer', { customer: undefined }],
    ['of a customer as text', { customer: { id: '7' } }],
  ])('%s', async (_what, change) => {
    expect(await customerOf(change)).toBe('unauthenticated')
  })

  test.each([
    ['with alg none', unsigned(claims, 'none')],
    ['with HS512', mint(claims, secretOf(clientSecret), 'HS512')],
    ['signed by another app', mint(claims, secretOf('another app client secret, as long'))],
    ['of garbage', 'garbage'],
  ])('%s', async (_what, token) => {
    expect(await resultOf(currentCustomerTokens(await token))).toBe('unauthenticated')
  })

  test('only a moment past its fifteen minutes it is forgiven, for clocks that differ', async () => {
    expect(await customerOf({ iat: nowSeconds - 15 * 60 - 4 })).toMatchObject({ customerId: 7 })
  })
})

describe('by issuer', () => {
  const ours = {
    iss: 'https://shop.example',
    aud: 'tillgate',
    sub: 'session-1',
    exp: nowSeconds + 60,
    scope: 'payments:write',
    order_ids: [118],
  }

  test('each kind of token goes to its own verifier', async () => {
    expect(await resultOf(verify(await mint(ours, secretOf(hmacSecret))))).toMatchObject({
      access: { kind: 'orders' },
    })
    expect(await resultOf(verify(await mint(claims, secretOf(clientSecret))))).toMatchObject({
      customerId: 7,
    })
  })

  test("the caller tokens' secret cannot sign a Current Customer JWT", async () => {
    expect(await resultOf(verify(await mint(claims, secretOf(hmacSecret))))).toBe('unauthenticated')
  })

  test("the app's client secret cannot sign a caller token", async () => {
    expect(await resultOf(verify(await mint(ours, secretOf(clientSecret))))).toBe('unauthenticated')
  })

  test.each(['', 'garbage', 'a.b.c', unsigned({}, 'none'), unsigned({ iss: ['bc/apps'] }, 'HS256')])(
    '%j chooses no verifier that would take it',
    async (token) => {
      expect(await resultOf(verify(token))).toBe('unauthenticated')
    },
  )
})
