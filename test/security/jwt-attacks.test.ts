import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { authEnvironment } from '../support/caller-token.ts'
import { startKeyIssuer } from '../support/key-issuer.ts'
import { createOrder } from '../support/orders.ts'
import { rawRequest } from '../support/raw-http.ts'
import { startTillgate, type Tillgate } from '../support/start-tillgate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

type Header = Readonly<Record<string, unknown>>
type Key = CryptoKey | KeyObject

const { AUTH_ISSUER, AUTH_AUDIENCE, AUTH_HMAC_SECRET } = authEnvironment
const CLIENT_ID = 'client-id'
const CLIENT_SECRET = 'the-app-client-secret-of-the-store'
const owner = await generateKeyPair('RS256', { extractable: true })
const attacker = await generateKeyPair('RS256', { extractable: true })
const ownersPem = await exportSPKI(owner.publicKey)
const ownersModulus = (await exportJWK(owner.publicKey)).n ?? ''
const attackersJwk = { ...(await exportJWK(attacker.publicKey)), kid: 'attacker' }

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
const goodClaims = () => ({
  iss: AUTH_ISSUER,
  aud: AUTH_AUDIENCE,
  sub: 'server',
  scope: 'payments:read payments:write orders:any',
  iat: secondsFromNow(-10),
  exp: secondsFromNow(300),
})

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const hmac = (input: string, key: string | KeyObject, hash = 'sha256') =>
  createHmac(hash, key).update(input).digest('base64url')
const secret = createSecretKey(Buffer.from(AUTH_HMAC_SECRET))

/** Signs any header over any claims, which no well-behaved library would do. */
async function sign(header: Header, claims: unknown, key: Key | string): Promise<string> {
  const input = `${part(header)}.${part(claims)}`
  if (typeof key === 'string') return `${input}.${hmac(input, key)}`
  if (!(key instanceof CryptoKey)) return `${input}.${hmac(input, key)}`
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

/** Each way in which a service may be told how to verify caller tokens, and the key that signs good ones. */
const settings = {
  'a shared secret': async () => ({
    variables: { AUTH_HMAC_SECRET },
    header: { alg: 'HS256' } as Header,
    key: secret as Key,
  }),
  'a public key': async () => {
    const path = join(temporaryFolder(), 'key.pem')
    writeFileSync(path, ownersPem)
    return {
      variables: { AUTH_HMAC_SECRET: '', AUTH_PUBLIC_KEY_FILE: path },
      header: { alg: 'RS256' } as Header,
      key: owner.privateKey as Key,
    }
  },
  'published keys': async () => {
    const issuer = await startKeyIssuer()
    issuer.publish([
      { ...(await exportJWK(owner.publicKey)), kid: 'owner' },
      // What no issuer should publish, and some have: a secret beside its public keys.
      { kty: 'oct', k: part(AUTH_HMAC_SECRET), kid: 'secret' },
    ])
    return {
      variables: { AUTH_HMAC_SECRET: '', AUTH_JWKS_URL: issuer.url },
      header: { alg: 'RS256', kid: 'owner' } as Header,
      key: owner.privateKey as Key,
    }
  },
}

const environmentOf = (variables: Record<string, string>) => ({
  BIGCOMMERCE_CLIENT_ID: CLIENT_ID,
  BIGCOMMERCE_CLIENT_SECRET: CLIENT_SECRET,
  ...variables,
})

async function knock({ call, sandbox }: Tillgate, token: string) {
  const before = sandbox.requests().length
  const answer = await call(`/orders/${createOrder(sandbox)}/payments`, { token })
  return { status: answer.status, lookedUp: sandbox.requests().length > before, text: answer.text }
}
const refused = { status: 401, lookedUp: false }

describe.each(Object.entries(settings))('with %s', (_name, setUp) => {
  test('a good token opens, so that the refusals below say something', async () => {
    const { variables, header, key } = await setUp()
    const service = await startTillgate({ environment: environmentOf(variables) })
    for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt']) {
      const token = await sign({ ...header, typ }, goodClaims(), key)
      expect((await knock(service, token)).status, typ).toBe(200)
    }
  })

  test('no forged header opens anything: alg none, RS/HS confusion, kid, jku, x5u, x5c, jwk, crit, typ', async () => {
    const { variables, header, key } = await setUp()
    const thief = await startKeyIssuer()
    thief.publish([attackersJwk])
    const service = await startTillgate({ environment: environmentOf(variables) })
    const claims = goodClaims()
    const good = await sign(header, claims, key)
    const [, payload = '', signature = ''] = good.split('.')
    const unsigned = (alg: unknown) => `${part({ ...header, alg })}.${payload}.`

    const attempts: Record<string, string | Promise<string>> = {
      'alg none': unsigned('none'),
      'alg None': unsigned('None'),
      'alg NONE with the old signature': `${part({ alg: 'NONE' })}.${payload}.${signature}`,
      'alg nOnE': unsigned('nOnE'),
      'an empty alg': unsigned(''),
      'no alg': unsigned(undefined),
      'alg as a list': unsigned(['none', 'RS256']),
      'alg true': unsigned(true),
      'the signature cut off': `${good.split('.').slice(0, 2).join('.')}.`,
      'two parts': good.split('.').slice(0, 2).join('.'),
      'four parts': `${good}.${signature}`,
      'the public key as a shared secret': sign({ ...header, alg: 'HS256' }, claims, ownersPem),
      'the public key as a shared secret, trimmed': sign(
        { ...header, alg: 'HS256' },
        claims,
        ownersPem.trim(),
      ),
      'the modulus as a shared secret': sign({ ...header, alg: 'HS256' }, claims, ownersModulus),
      'an empty shared secret': sign({ ...header, alg: 'HS256' }, claims, ''),
      'HS256 by a published secret': sign(
        { alg: 'HS256', kid: 'secret' },
        claims,
        variables.AUTH_HMAC_SECRET ? 'another' : secret,
      ),
      'HS512 by the right secret': (() => {
        const input = `${part({ alg: 'HS512' })}.${payload}`
        return `${input}.${hmac(input, secret, 'sha512')}`
      })(),
      'a kid that walks the file system': sign(
        { ...header, alg: 'HS256', kid: '../../../../dev/null' },
        claims,
        '',
      ),
      'a kid that speaks SQL': sign(
        { ...header, alg: 'HS256', kid: "' UNION SELECT 'key' --" },
        claims,
        'key',
      ),
      'a kid that is an address': sign({ alg: 'RS256', kid: thief.url }, claims, attacker.privateKey),
      'a kid of the prototype': sign({ alg: 'RS256', kid: '__proto__' }, claims, attacker.privateKey),
      'a jku of the attacker': sign(
        { alg: 'RS256', jku: thief.url, kid: 'attacker' },
        claims,
        attacker.privateKey,
      ),
      'an x5u of the attacker': sign({ alg: 'RS256', x5u: thief.url }, claims, attacker.privateKey),
      'a jwk of the attacker': sign({ alg: 'RS256', jwk: attackersJwk }, claims, attacker.privateKey),
      'an x5c of the attacker': sign({ alg: 'RS256', x5c: ['MIIB'] }, claims, attacker.privateKey),
      'a good kid over the attacker’s key': sign({ ...header, alg: 'RS256' }, claims, attacker.privateKey),
      'an unknown crit': sign({ ...header, crit: ['exp2'], exp2: 1 }, claims, key),
      'a payload that is not encoded (b64)': sign({ ...header, b64: false, crit: ['b64'] }, claims, key),
      'a logout token': sign({ ...header, typ: 'logout+jwt' }, claims, key),
      'a security event': sign({ ...header, typ: 'secevent+jwt' }, claims, key),
      'a DPoP proof': sign({ ...header, typ: 'dpop+jwt' }, claims, key),
      'a header that is no object': `${part('[]')}.${payload}.${signature}`,
      'a payload that is no object': sign(header, [claims], key),
      'a payload that is no JSON': sign(header, 'not json', key),
    }
    for (const [name, attempt] of Object.entries(attempts)) {
      expect(await knock(service, await attempt), name).toMatchObject(refused)
    }
    expect(thief.asked).toEqual([])
  })

  test('no well-signed token opens anything whose claims are missing, expired, of the future, or for others', async () => {
    const { variables, header, key } = await setUp()
    const service = await startTillgate({ environment: environmentOf(variables) })
    const attempts: Record<string, object> = {
      'no exp': { exp: undefined },
      'exp as text': { exp: String(secondsFromNow(300)) },
      'exp null': { exp: null },
      'an exp of NaN': { exp: 'NaN' },
      expired: { exp: secondsFromNow(-60) },
      'nbf of the future': { nbf: secondsFromNow(60) },
      'nbf as text': { nbf: 'now' },
      'iat of the future': { iat: secondsFromNow(60) },
      'iat as text': { iat: 'yesterday' },
      'no iss': { iss: undefined },
      'another iss': { iss: 'https://evil.example' },
      'iss with a slash more': { iss: `${AUTH_ISSUER}/` },
      'iss as a list': { iss: [AUTH_ISSUER] },
      'no aud': { aud: undefined },
      'another aud': { aud: 'another-service' },
      'an empty list of aud': { aud: [] },
      'a longer aud': { aud: `${AUTH_AUDIENCE}-admin` },
      'no sub': { sub: undefined },
      'customer -1': { customer_id: -1 },
    }
    for (const [name, change] of Object.entries(attempts)) {
      const token = await sign(header, { ...goodClaims(), ...change }, key)
      expect(await knock(service, token), name).toMatchObject(refused)
    }
  })

  test("no token of BigCommerce's other kinds is a credential, whichever key signed it", async () => {
    const { variables, header, key } = await setUp()
    const service = await startTillgate({ environment: environmentOf(variables) })
    const app = createSecretKey(Buffer.from(CLIENT_SECRET))
    const login = {
      iss: CLIENT_ID,
      iat: secondsFromNow(-10),
      jti: 'a-login',
      operation: 'customer_login',
      store_hash: service.sandbox.storeHash,
      customer_id: 11,
    }
    const currentCustomer = {
      iss: 'bc/apps',
      sub: service.sandbox.storeHash,
      aud: CLIENT_ID,
      iat: secondsFromNow(-10),
      exp: secondsFromNow(300),
      operation: 'current_customer',
      customer: { id: 11 },
    }
    const byApp = (claims: object) => sign({ alg: 'HS256' }, claims, app)
    expect((await knock(service, await byApp(currentCustomer))).status).toBe(200)
    const attempts: Record<string, Promise<string>> = {
      'a Customer Login JWT': byApp(login),
      'a Customer Login JWT of our issuer': byApp({ ...goodClaims(), ...login, iss: AUTH_ISSUER }),
      'a Customer Login JWT posing as current': byApp({ ...currentCustomer, operation: 'customer_login' }),
      'a Customer Login JWT with all the rest of a current one': byApp({ ...currentCustomer, ...login }),
      "a Current Customer JWT signed by the issuer's key": sign(header, currentCustomer, key),
      'a Current Customer JWT of another store': byApp({ ...currentCustomer, sub: 'another' }),
      'a Current Customer JWT of another app': byApp({ ...currentCustomer, aud: 'another' }),
      'a Current Customer JWT of yesterday': byApp({
        ...currentCustomer,
        iat: secondsFromNow(-86_400),
      }),
      "a caller token signed by the app's secret": byApp(goodClaims()),
      "a caller token under BigCommerce's issuer": byApp({ ...goodClaims(), iss: 'bc/apps' }),
      'alg none over a Current Customer JWT': Promise.resolve(
        `${part({ alg: 'none' })}.${part(currentCustomer)}.`,
      ),
    }
    for (const [name, attempt] of Object.entries(attempts)) {
      expect(await knock(service, await attempt), name).toMatchObject(refused)
    }
  })

  test('no token too large to be one is looked at, and none is echoed', async () => {
    const { variables, header, key } = await setUp()
    const service = await startTillgate({ environment: environmentOf(variables) })
    const large = await sign(header, { ...goodClaims(), padding: 'p'.repeat(6_200) }, key)
    expect(large.length).toBeGreaterThan(8_192)
    const { text, ...answer } = await knock(service, large)
    expect(answer).toEqual(refused)
    for (const echoed of [large.slice(0, 40), 'ppp']) expect(text).not.toContain(echoed)
  })
})

test('an authorization that is no single Bearer token is refused: schemes, lists, two lines, other places', async () => {
  const service = await startTillgate()
  const token = await sign({ alg: 'HS256' }, goodClaims(), secret)
  const { call, sandbox } = service
  const path = `/orders/${createOrder(sandbox)}/payments`
  for (const headers of [
    { authorization: `Basic ${token}` },
    { authorization: token },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: `Bearer  ${token}x` },
    { 'x-authorization': `Bearer ${token}` },
    { cookie: `token=${token}` },
  ]) {
    expect((await call(path, { headers })).status, JSON.stringify(Object.keys(headers))).toBe(401)
  }
  // Node keeps the first of two lines. A proxy in front may have checked the second.
  for (const lines of [
    [`Bearer ${token}`, `Bearer ${token}`],
    [`Bearer ${token}`, 'Bearer another'],
    ['Bearer another', `Bearer ${token}`],
  ]) {
    const rest = `${lines.map((line) => `Authorization: ${line}`).join('\r\n')}\r\nConnection: close\r\n\r\n`
    const answer = await rawRequest(service.url, 'GET', path, rest)
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="Send one caller token, in one Authorization header."',
    ])
  }
  expect((await call(`${path}?access_token=${token}`)).status).toBe(401)
  expect((await call(path, { headers: { authorization: `bearer ${token}` } })).status).toBe(200)
})
