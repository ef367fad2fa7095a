import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import { authEnvironment, callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_HMAC_SECRET: secret } = authEnvironment
const claims = { scope: 'payments:read payments:write orders:any' }
const key = new TextEncoder().encode(secret)
const jwt = () =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('a')
    .setExpirationTime('5m')

test.each([
  ['no token', async () => undefined],
  ['no JWT', async () => 'not-a-token'],
  ['another secret', () => jwt().sign(new TextEncoder().encode('another-secret-of-32-bytes-or-more!'))],
  ['another issuer', () => jwt().setIssuer('https://evil.example').sign(key)],
  ['another audience', () => jwt().setAudience('another').sign(key)],
  ['expired', () => jwt().setExpirationTime('-1m').sign(key)],
  [
    'no signature',
    async () =>
      new UnsecuredJWT(claims)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('a')
        .setExpirationTime('5m')
        .encode(),
  ],
  ['a claim of another shape', () => callerToken({ customer_id: 0 })],
  ['nine thousand characters', async () => 'a'.repeat(9_000)],
])('a caller with %s must send a valid token, and nothing is looked up', async (_name, token) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), cardPayment(), { token: await token() })
  expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated', retry: 'same_key' })
  expect(answer.headers['www-authenticate']).toBe('Bearer')
  expect(sandbox.requests()).toEqual([])
})
