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
  ['no token', async () => undefined, null, null],
  ['no JWT', async () => 'not-a-token', 'The caller token is not a signed JWT', 'malformed'],
  [
    'another secret',
    () => jwt().sign(new TextEncoder().encode('another-secret-of-32-bytes-or-more!')),
    'The signature of the caller token is not valid',
    'signature',
  ],
  [
    'another issuer',
    () => jwt().setIssuer('https://evil.example').sign(key),
    'The caller token is from another issuer (iss)',
    'issuer',
  ],
  [
    'another audience',
    () => jwt().setAudience('another').sign(key),
    'The caller token is for another audience (aud)',
    'audience',
  ],
  [
    'expired',
    () => jwt().setExpirationTime('-1m').sign(key),
    'The caller token has expired (exp)',
    'expired',
  ],
  [
    'good for a year',
    () => jwt().setExpirationTime('1y').sign(key),
    'The caller token lives longer than this service accepts (exp, iat)',
    'lives_too_long',
  ],
  [
    'no signature',
    async () =>
      new UnsecuredJWT(claims)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('a')
        .setExpirationTime('5m')
        .encode(),
    'The caller token is signed by an algorithm that is not accepted here (alg)',
    'algorithm',
  ],
  [
    'a claim of another shape',
    () => callerToken({ customer_id: -4242424242424242 }),
    'The claim customer_id of the caller token is missing or not as documented',
    'claim_customer_id',
  ],
  [
    'nine thousand characters',
    async () => 'a'.repeat(9_000),
    'The caller token is longer than 8192 characters',
    'too_long',
  ],
])('a caller with %s is told why, and nothing is looked up', async (_name, token, says, reason) => {
  const { sandbox, call, log } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), cardPayment(), { token: await token() })
  expect(answer.body).toMatchObject({
    status: 401,
    code: 'unauthenticated',
    retry: 'same_key',
    ...(says === null ? {} : { detail: `${says}.` }),
  })
  expect(answer.headers['www-authenticate']).toBe(
    says === null ? 'Bearer' : `Bearer error="invalid_token", error_description="${says}."`,
  )
  const reasons = log
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'caller token refused')
    .map((line) => line.reason)
  expect(reasons).toEqual(reason === null ? [] : [reason])
  expect(log.join('')).not.toContain('4242424242424242')
  expect(sandbox.requests()).toEqual([])
})
