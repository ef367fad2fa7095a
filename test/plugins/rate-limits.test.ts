import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { problemDetailsPlugin } from '../../src/plugins/problem-details.ts'
import { rateLimitsPlugin } from '../../src/plugins/rate-limits.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const behindProxy = (environment: Record<string, string>) =>
  startTillgate({ environment: { TRUST_PROXY: 'loopback', ...environment } })

describe('the limit per client address', () => {
  test('counts what is refused: without a token, and where there is nothing', async () => {
    const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '3' } })
    const statuses = []
    for (const path of [
      '/orders/1/payments',
      '/nowhere',
      '/orders/1/pay',
      '/orders/1/payments',
      '/nowhere',
    ]) {
      statuses.push((await call(path)).status)
    }
    expect(statuses).toEqual([401, 404, 404, 429, 429])
  })

  test('says so as a problem, when to come back, and how the allowance stands', async () => {
    const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '1' } })
    const first = await call('/nowhere')
    expect(first.headers['ratelimit-policy']).toBe('"address";q=1;w=60')
    expect(first.headers.ratelimit).toMatch(/^"address";r=0;t=(60|59)$/)

    const { status, body, headers } = await call('/nowhere')
    expect(status).toBe(429)
    expect(body).toMatchObject({ code: 'quota_exceeded', retry: 'after' })
    expect(headers['content-type']).toContain('application/problem+json')
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
    expect(headers.ratelimit).toBe(`"address";r=0;t=${headers['retry-after']}`)
  })

  test('takes each address by itself, and a /64 of IPv6 for one', async () => {
    const { call } = await behindProxy({ ADDRESS_RATE_LIMIT: '1' })
    const statusFrom = async (address: string) => (await call('/nowhere', from(address))).status
    expect(await statusFrom('203.0.113.1')).toBe(404)
    expect(await statusFrom('203.0.113.2')).toBe(404)
    expect(await statusFrom('203.0.113.1')).toBe(429)
    expect(await statusFrom('2001:db8:0:1::1')).toBe(404)
    expect(await statusFrom('2001:db8:0:1::2')).toBe(429)
    expect(await statusFrom('2001:db8:0:2::1')).toBe(404)
  })

  test('takes an address for one client, whatever port the proxy writes behind it', async () => {
    const { call } = await behindProxy({ ADDRESS_RATE_LIMIT: '1' })
    expect((await call('/nowhere', from('203.0.113.1:40001'))).status).toBe(404)
    expect((await call('/nowhere', from('203.0.113.1:40002'))).status).toBe(429)
    expect((await call('/nowhere', from('[2001:db8::1]:40001'))).status).toBe(404)
    expect((await call('/nowhere', from('[2001:db8::2]:40002'))).status).toBe(429)
  })

  test('believes no address that a caller writes itself', async () => {
    const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '1' } })
    await call('/nowhere', from('203.0.113.1'))
    expect((await call('/nowhere', from('203.0.113.2'))).status).toBe(429)
  })

  test("leaves the probes and BigCommerce's events alone", async () => {
    const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '1' } })
    await call('/nowhere')
    await call('/nowhere')
    for (const path of ['/livez', '/readyz', '/livez', '/readyz']) expect((await call(path)).status).toBe(200)
  })

  test('is remembered of so many addresses and no more: ever new ones push out the oldest', async () => {
    const app = Fastify({ trustProxy: true })
    await app.register(problemDetailsPlugin)
    await app.register(rateLimitsPlugin, { addressPerMinute: 1 })
    const status = async (n: number) =>
      (await app.inject({ url: '/', remoteAddress: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` })).statusCode
    await status(0)
    expect(await status(0)).toBe(429)
    for (let n = 1; n <= 20_000; n++) await status(n)
    expect(await status(20_000)).toBe(429)
    expect(await status(0)).toBe(404)
    await app.close()
  })

  test('lets a page of another origin read that it was refused', async () => {
    const origin = 'https://shop.example'
    const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '1', CORS_ORIGINS: origin } })
    await call('/nowhere')
    const { status, headers } = await call('/nowhere', { headers: { origin } })
    expect(status).toBe(429)
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['access-control-expose-headers']).toMatch(/RateLimit, RateLimit-Policy, Retry-After/)
  })
})

describe('the limit per caller', () => {
  test('takes each caller by itself, whatever order and token', async () => {
    const { sandbox, call } = await startTillgate({ environment: { CALLER_RATE_LIMIT: '2' } })
    const orderId = createOrder(sandbox)
    const read = async (sub: string, order_ids: number[]) =>
      (await call(`/orders/${orderId}/payments`, { token: await callerToken({ sub, order_ids }) })).status
    expect(await read('one', [orderId])).toBe(200)
    expect(await read('one', [orderId + 1])).toBe(404)
    expect(await read('one', [orderId])).toBe(429)
    expect(await read('two', [orderId])).toBe(200)
  })

  test('does not count requests without a caller', async () => {
    const { sandbox, call } = await startTillgate({ environment: { CALLER_RATE_LIMIT: '1' } })
    const path = `/orders/${createOrder(sandbox)}/payments`
    for (const _ of [1, 2, 3]) expect((await call(path)).status).toBe(401)
  })
})

test('what it ships with: 600 a minute per address and 300 per caller, told side by side', async () => {
  const { sandbox, call } = await startTillgate({
    environment: { ADDRESS_RATE_LIMIT: '', CALLER_RATE_LIMIT: '' },
  })
  const orderId = createOrder(sandbox)
  const token = await callerToken({ order_ids: [orderId] })
  const { headers } = await call(`/orders/${orderId}/payments`, { token })
  expect(headers['ratelimit-policy']).toBe('"address";q=600;w=60, "caller";q=300;w=60')
  expect(headers.ratelimit).toMatch(/^"address";r=599;t=(60|59), "caller";r=299;t=(60|59)$/)
})

test('turned off, nothing is counted and nothing is said', async () => {
  const { call } = await startTillgate({ environment: { ADDRESS_RATE_LIMIT: '0', CALLER_RATE_LIMIT: '0' } })
  const { status, headers } = await call('/nowhere')
  expect(status).toBe(404)
  expect(headers).not.toHaveProperty('ratelimit')
})
