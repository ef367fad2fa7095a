import helmet from '@fastify/helmet'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { goodCardNumber } from '../support/payments.ts'
import { rawBytes } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test.each(['/livez', '/nowhere', '/orders/215/payment-methods', '/openapi.json'])(
  '%s may not be framed, sniffed, kept or made to load anything',
  async (path) => {
    const { call } = await startTillgate()
    const { headers } = await call(path)
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-site',
    })
  },
)

test('they are those of helmet, byte by byte', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  })
  app.get('/livez', () => 'alive')
  const { url } = await startTillgate()
  const linesAt = async (from: string) => {
    const bytes = await rawBytes(from, ['GET /livez HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n'])
    return bytes.split('\r\n')
  }
  // Helmet's headers come first, before those of Fastify.
  const theirs = (await linesAt(await app.listen({ host: '127.0.0.1', port: 0 }))).slice(0, 12)
  expect(theirs.at(-1)).toBe('X-XSS-Protection: 0')
  expect((await linesAt(url)).slice(0, 12)).toEqual(theirs)
})

test('pages of other origins may not call, unless they are listed', async () => {
  const origin = 'https://shop.example'
  const preflight = {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  } as const
  const closed = await startTillgate()
  expect((await closed.call('/orders/1/pay', preflight)).headers).not.toHaveProperty(
    'access-control-allow-origin',
  )

  const open = await startTillgate({ environment: { CORS_ORIGINS: origin } })
  const { headers } = await open.call('/orders/1/pay', preflight)
  expect(headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
  })
  const other = { ...preflight, headers: { ...preflight.headers, origin: 'https://evil.example' } }
  expect((await open.call('/orders/1/pay', other)).headers['access-control-allow-origin']).not.toBe(
    'https://evil.example',
  )
})

describe('a page that is instrumented may call too', () => {
  const origin = 'https://shop.example'
  const asks = (names: string, from = origin) => ({
    method: 'OPTIONS' as const,
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    },
  })
  const allowed = (value: unknown) => String(value).toLowerCase().split(/, */)

  test.each([
    'authorization,content-type,idempotency-key',
    '_trace,x.request.id,2fa-hint',
    'authorization,baggage,content-type,idempotency-key,sentry-trace',
    'idempotency-key,traceparent,tracestate',
    'x-datadog-trace-id,x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority',
    'x-requested-with, x-b3-traceid',
    'newrelic',
  ])('by the headers that it asks for: %s', async (names) => {
    const { call } = await startTillgate({ environment: { CORS_ORIGINS: origin } })
    const { status, headers } = await call('/orders/1/pay', asks(names))
    expect(status).toBe(204)
    expect(allowed(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining(names.split(/, */)),
    )
    expect(headers['access-control-max-age']).toBe('7200')
    // Nothing here rests on cookies, so no header that a page may send opens anything.
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test('and an OPTIONS that asks for nothing gets no error', async () => {
    const { call } = await startTillgate({ environment: { CORS_ORIGINS: origin } })
    for (const headers of [{}, { origin }, { 'access-control-request-method': 'POST' }])
      expect(await call('/orders/1/pay', { method: 'OPTIONS', headers })).toMatchObject({
        status: 204,
        text: '',
      })
  })

  test('and no other page is, nor does any name of a header come back', async () => {
    const { call } = await startTillgate({ environment: { CORS_ORIGINS: origin } })
    const foreign = await call('/orders/1/pay', asks('authorization', 'https://evil.example'))
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
    const odd = `x-${goodCardNumber}, x y, <b>, ${'x'.repeat(300)}, traceparent`
    const { headers } = await call('/orders/1/pay', asks(odd))
    expect(allowed(headers['access-control-allow-headers'])).toEqual([
      'authorization',
      'content-type',
      'idempotency-key',
      'prefer',
      'x-request-id',
      'traceparent',
    ])
  })
})
