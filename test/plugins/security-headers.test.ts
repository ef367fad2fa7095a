import { expect, test } from 'vitest'
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
