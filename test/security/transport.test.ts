import { expect, test } from 'vitest'
import { callerToken, serverToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { rawBytes } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test('nothing that holds payment data may be kept on its way: every answer says no-store', async () => {
  const { sandbox, call, url } = await startTillgate()
  const token = await serverToken()
  const id = createOrder(sandbox)
  const paid = await call.pay(id, cardPayment(), { token })
  const answers = [
    paid,
    await call.pay(id, cardPayment(), { token }),
    await call.pay(createOrder(sandbox), cardPayment({ number: '4000000000009995' }), { token }),
    await call.methods(createOrder(sandbox), token),
    await call(`/orders/${id}/payments`, { token }),
    await call(`/orders/${id}/payments/${paid.body.data.id}`, { token }),
    await call(`/orders/${id}/payments`),
    await call('/orders/x/payments', { token }),
    await call('/orders/%zz/payments', { token }),
    await call('/nowhere'),
    await call('/webhooks/bigcommerce', { method: 'POST', body: '{}' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 409, 402, 200, 200, 200, 401, 400, 400, 404, 401])
  for (const { status, headers } of answers)
    expect([status, headers['cache-control']]).toEqual([status, 'no-store'])
  expect(await rawBytes(url, ['no HTTP\r\n\r\n'])).toMatch(/^Cache-Control: no-store$/m)
})

test.each([
  ['an address longer than any of ours', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
  ['headers larger than any of ours', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
  [
    'a body that says to be larger than any payment',
    'POST /webhooks/bigcommerce HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n',
    413,
  ],
  [
    'a body that proves to be larger than any payment',
    `POST /webhooks/bigcommerce HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n${'a'.repeat(0x5000)}\r\n`,
    413,
  ],
])('%s is refused before it is read to its end', async (_what, request, status) => {
  const { url } = await startTillgate()
  expect(await rawBytes(url, [request])).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

test('by plain HTTP no promise of TLS is made, and by a proxy that is not trusted neither', async () => {
  const { call } = await startTillgate()
  const headers = { 'x-forwarded-proto': 'https' }
  expect((await call('/livez')).headers).not.toHaveProperty('strict-transport-security')
  expect((await call('/livez', { headers })).headers).not.toHaveProperty('strict-transport-security')
})

test('behind a trusted proxy that ends TLS, browsers are told to stay with TLS', async () => {
  const { call } = await startTillgate({ environment: { TRUST_PROXY: 'loopback' } })
  const headers = { 'x-forwarded-proto': 'https' }
  expect((await call('/livez', { headers })).headers['strict-transport-security']).toMatch(
    /^max-age=31536000/,
  )
  expect((await call('/livez')).headers).not.toHaveProperty('strict-transport-security')
})

/** The address that BigCommerce is told, for a request with this X-Forwarded-For. */
async function addressToldFor(forwardedFor: string | string[] | undefined, trustProxy: string) {
  const { sandbox, call } = await startTillgate({
    environment: { TRUST_PROXY: trustProxy, BIGCOMMERCE_TRUSTED_PROXY_SECRET: 'issued-by-support' },
  })
  await call(`/orders/${createOrder(sandbox)}/payment-methods`, {
    token: await callerToken({ customer_id: 11 }),
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  })
  return sandbox.requests()[0]?.headers['true-client-ip']
}

test.each([
  ['no proxy is trusted', '6.6.6.6', '', '127.0.0.1'],
  ['the peer is not one of the trusted', '6.6.6.6', '10.0.0.0/8', '127.0.0.1'],
  ['the peer is trusted', '203.0.113.9', 'loopback', '203.0.113.9'],
  [
    'the shopper wrote addresses of their own in front',
    '6.6.6.6, 7.7.7.7, 203.0.113.9',
    'loopback',
    '203.0.113.9',
  ],
  ['two proxies are trusted', '6.6.6.6, 203.0.113.9, 10.1.2.3', 'loopback,10.0.0.0/8', '203.0.113.9'],
  [
    'the shopper claims to be one of the proxies',
    '10.9.9.9, 203.0.113.9, 10.1.2.3',
    'loopback,10.0.0.0/8',
    '203.0.113.9',
  ],
  ['the header comes in two lines', ['6.6.6.6', '203.0.113.9'], 'loopback', '203.0.113.9'],
  ['it is an IPv6 address', '2001:db8::9', 'loopback', '2001:db8::9'],
  ['there is no header', undefined, 'loopback', '127.0.0.1'],
  ['what the proxy passes on is no address', '6.6.6.6, unknown', 'loopback', '127.0.0.1'],
  ['nothing is passed on', ' , ', 'loopback', '127.0.0.1'],
  ['with a port', '6.6.6.6, 203.0.113.9:40001', 'loopback', '203.0.113.9'],
  ['with a port, in quotes', '"203.0.113.9:40001"', 'loopback', '203.0.113.9'],
  ['IPv6 in brackets', '[2001:db8::9]', 'loopback', '2001:db8::9'],
  ['IPv6 in brackets, with a port', '6.6.6.6, "[2001:db8::9]:40001"', 'loopback', '2001:db8::9'],
  ['every proxy adds ports', '6.6.6.6, 203.0.113.9:1, 10.1.2.3:2', 'loopback,10.0.0.0/8', '203.0.113.9'],
  ['a proxy knows no address', '6.6.6.6, _hidden, 10.1.2.3:2', 'loopback,10.0.0.0/8', '10.1.2.3'],
  ['a port out of range', '203.0.113.9:99999999', 'loopback', '127.0.0.1'],
])(
  'the shopper’s address is read from the right, up to the first that is not trusted: %s',
  async (_what, forwardedFor, trustProxy, expected) => {
    expect(await addressToldFor(forwardedFor, trustProxy)).toBe(expected)
  },
)

test('a proxy that passes on no address is told of, once a minute and without what it wrote', async () => {
  const { call, log } = await startTillgate({ environment: { TRUST_PROXY: 'loopback' } })
  const told = () => log.filter((line) => line.includes('forwarded address unusable')).length
  for (const forwardedFor of ['203.0.113.9', 'canary, 203.0.113.9', '203.0.113.9:1']) {
    await call('/livez', { headers: { 'x-forwarded-for': forwardedFor } })
  }
  expect(told()).toBe(0)
  for (let turn = 0; turn < 3; turn++) await call('/livez', { headers: { 'x-forwarded-for': 'canary' } })
  expect(told()).toBe(1)
  expect(log.join('')).not.toContain('canary')
})

test('the page of the docs alone may run scripts, its own, and nothing else may', async () => {
  const { call } = await startTillgate()
  const { headers, text } = await call('/docs')
  const policy = String(headers['content-security-policy'])
  expect(policy).toMatch(/default-src 'none'; script-src 'nonce-[\w+/=]{20,}'/)
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*/)
  const nonces = [...text.matchAll(/<script[^>]*>/g)].map(([tag]) => /nonce="([^"]+)"/.exec(tag)?.[1])
  expect(new Set(nonces)).toEqual(new Set([/nonce-([^']+)'/.exec(policy)?.[1]]))
  expect((await call('/docs')).headers['content-security-policy']).not.toBe(policy)
  for (const path of ['/openapi.json', '/livez', '/docs/nowhere']) {
    expect((await call(path)).headers['content-security-policy'], path).toBe(
      "default-src 'none';frame-ancestors 'none'",
    )
  }
})

test('the answers do not tell what they were made with', async () => {
  const { call } = await startTillgate()
  for (const path of ['/livez', '/nowhere']) {
    const { headers, text } = await call(path)
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-powered-by']))
    expect(JSON.stringify(headers) + text).not.toMatch(/fastify|node\.?js/i)
  }
})
