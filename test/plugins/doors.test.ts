import { expect, test } from 'vitest'
import { rawHttp } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

test('an unknown path, and a known one with another method, are problems', async () => {
  const { call } = await startTillgate()
  for (const answer of [
    await call('/nowhere'),
    await call('/orders/1/pay'),
    await call('/livez', { method: 'PUT' }),
  ]) {
    expect(answer.body).toMatchObject({ status: 404, code: 'route_not_found', retry: 'never' })
    expect(answer.headers['content-type']).toContain('application/problem+json')
  }
})

test('an address that cannot be decoded is a problem', async () => {
  const { call } = await startTillgate()
  const answer = await call('/orders/%zz/pay')
  expect(answer.body).toMatchObject({ status: 400, code: 'malformed_request' })
  expect(answer.headers['content-type']).toContain('application/problem+json')
})

test('bytes that are no HTTP are a problem, and the connection ends', async () => {
  const { url } = await startTillgate()
  const answer = await rawHttp(url, 'This is not HTTP\r\n\r\n')
  expect(answer.body).toMatchObject({ status: 400, code: 'malformed_request' })
  expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', connection: 'close' })
})

test('while closing, a request on a connection that was kept alive is a problem', async () => {
  const { call, drain } = await startTillgate()
  drain()
  const answer = await call('/orders/215/payment-methods')
  expect(answer.body).toMatchObject({ status: 503, code: 'shutting_down' })
})

test('every problem has an address that documents it, and the id of its request', async () => {
  const { call } = await startTillgate()
  const { body, headers } = await call('/nowhere', { headers: { 'x-request-id': 'my-own-request-id' } })
  expect(body.type).toBe('https://tillgate.dev/problems#route_not_found')
  expect([body.request_id, headers['x-request-id']]).toEqual(['my-own-request-id', 'my-own-request-id'])
})

test.each([
  'short',
  '4242424242424242',
  '4242-4242-4242-4242',
  'card4242424242424242',
  '4242.4242.4242.4242.12.30',
  'with spaces in it',
  'a'.repeat(65),
  'quo"te-and-more',
])('the request id %s is not taken over into logs and answers', async (given) => {
  const { call } = await startTillgate()
  const { body } = await call('/nowhere', { headers: { 'x-request-id': given } })
  expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/)
})
