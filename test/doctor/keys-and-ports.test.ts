import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { diagnose, startPatient } from './support/diagnose.ts'

const good = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'a',
}
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey
const shared = {
  kty: 'oct',
  k: Buffer.from('a-secret-that-is-published').toString('base64url'),
  alg: 'HS256',
}

/** An issuer that answers so. */
async function startIssuer(status: number, body: unknown): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/jwks`
}

async function keyFindings(changes: Record<string, string>) {
  const findings = await diagnose(await startPatient(), { AUTH_HMAC_SECRET: '', ...changes })
  return findings.filter(({ check }) => check.startsWith('keys')).map(({ status }) => status)
}

test.each([
  ['with a key that can be used', 200, { keys: [good] }, ['ok']],
  ['with a key for encryption beside it', 200, { keys: [good, { ...good, use: 'enc' }] }, ['ok']],
  ['that says 500', 500, {}, ['failure']],
  ['that answers something else', 200, { status: 'ok' }, ['failure']],
  ['without any key', 200, { keys: [] }, ['failure']],
  [
    'with a key of an algorithm that is not allowed',
    200,
    { keys: [{ ...good, alg: 'ES256K' }] },
    ['failure'],
  ],
  ['with a broken key', 200, { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }, ['failure']],
  ['with a short RSA key', 200, { keys: [rsa(1024).export({ format: 'jwk' })] }, ['failure']],
  ['that publishes a shared secret', 200, { keys: [good, shared] }, ['failure', 'ok']],
  [
    'with two keys that are told apart by their signatures alone',
    200,
    { keys: [good, { ...good, kid: undefined }] },
    ['ok'],
  ],
])('an issuer %s', async (_what, status, body, expected) => {
  expect(await keyFindings({ AUTH_JWKS_URL: await startIssuer(status, body) })).toEqual(expected)
})

test('an issuer that is down', async () => {
  expect(await keyFindings({ AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks' })).toEqual(['failure'])
})

test('a key file, long enough and too short', async () => {
  const { environment } = await startPatient()
  const path = `${environment.DATABASE_URL?.replace('sqlite:', '')}.pem`
  for (const [bits, expected] of [
    [2048, 'ok'],
    [1024, 'failure'],
  ] as const) {
    writeFileSync(path, rsa(bits).export({ type: 'spki', format: 'pem' }))
    expect(await keyFindings({ AUTH_PUBLIC_KEY_FILE: path })).toEqual([expected])
  }
})

test('a shared secret that is not random', async () => {
  expect(await keyFindings({ AUTH_HMAC_SECRET: 'aB'.repeat(16) })).toEqual(['warning'])
})

test.each(['PORT', 'ADMIN_PORT'])(
  '%s that another program has fails, one that Tillgate has already does not',
  async (name) => {
    const findingOf = async (url: string) => {
      const findings = await diagnose(await startPatient(), { [name]: new URL(url).port })
      return findings.find(({ check }) => check === name)
    }
    expect(await findingOf(await startIssuer(200, { status: 'alive' }))).toMatchObject({
      status: 'failure',
      says: expect.stringContaining('EADDRINUSE'),
    })
    expect(await findingOf((await startTillgate()).url)).toMatchObject({ status: 'ok' })
  },
)

test('an address that is not this machine’s fails', async () => {
  const findings = await diagnose(await startPatient(), { HOST: '192.0.2.1', PORT: '3000' })
  expect(findings).toContainEqual(expect.objectContaining({ check: 'PORT', status: 'failure' }))
})

describe('a caller token', () => {
  const explained = async (callerToken: string, changes: Record<string, string> = {}) => {
    const findings = await diagnose(await startPatient(), changes, { callerToken })
    return findings.filter(({ check }) => check === 'caller token')
  }

  test.each([
    [{ order_ids: [118, 119] }, 'ok', 'for orders 118, 119.'],
    [{ customer_id: 11 }, 'ok', 'for the orders of customer 11.'],
    [{ scope: 'payments:read orders:any' }, 'ok', 'with payments:read, for every order.'],
    [{}, 'warning', 'for no order at all.'],
    [{ order_ids: [118], scope: 'openid' }, 'warning', 'has neither payments:read nor payments:write.'],
    [{ customer_id: -1 }, 'failure', 'The claim customer_id of the caller token is missing'],
  ])('is explained: %j', async (claims, status, says) => {
    expect(await explained(await callerToken(claims))).toMatchObject([
      { status, says: expect.stringContaining(says) },
    ])
  })

  test('that is refused is not quoted', async () => {
    const [finding] = await explained('a-token-of-no-use')
    expect(finding).toMatchObject({ status: 'failure', says: 'The caller token is not a signed JWT.' })
    expect(JSON.stringify(finding)).not.toContain('of-no-use')
  })

  test('is not judged while the keys cannot be read', async () => {
    const changes = { AUTH_HMAC_SECRET: '', AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks' }
    const pair = await generateKeyPair('ES256')
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(pair.privateKey)
    expect(await explained(token, changes)).toMatchObject([{ status: 'not_checked' }])
  })
})
