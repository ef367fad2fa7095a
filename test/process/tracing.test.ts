import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment, goodCardNumber } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService } from './service-process.ts'
import { startTraceCollector } from './trace-collector.ts'

async function start(more: Record<string, string>) {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const service = runService({
    ...serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`),
    ...more,
  })
  return { sandbox, service, call: createCallApi(await service.url) }
}

test('a payment is one trace, from the caller on to BigCommerce, with one span for each call and nothing of a card', async () => {
  const collector = await startTraceCollector()
  const { sandbox, service, call } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
  const token = await callerToken({ customer_id: 11 })
  const orderId = createOrder(sandbox)
  const traceId = randomBytes(16).toString('hex')
  const traced = {
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    baggage: 'secret=canary',
  }

  const path = `/orders/${orderId}/payment-methods?card=${goodCardNumber}`
  expect((await call(path, { token, headers: traced })).status).toBe(200)
  const key = 'the-key-of-this-payment'
  const paid = await call.pay(orderId, cardPayment(), { token, key, headers: traced })
  expect(paid.status).toBe(201)
  await call(`/unknown/${goodCardNumber}`, { headers: { ...traced, 'x-request-id': goodCardNumber } })
  const declined = cardPayment({ number: '4000000000009995' })
  await call.pay(createOrder(sandbox), declined, { token, headers: traced })
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  await call.pay(createOrder(sandbox), cardPayment(), { token, headers: traced })
  await call('/livez', { headers: traced })
  // A card number in the headers of a trace goes no further.
  for (const headers of [
    { traceparent: `00-${goodCardNumber.padEnd(32, 'a')}-00f067aa0ba902b7-01` },
    { ...traced, tracestate: `vendor=${goodCardNumber}` },
  ])
    await call.pay(createOrder(sandbox), cardPayment(), { token, headers })
  expect(JSON.stringify(sandbox.requests().map(({ headers }) => headers))).not.toContain(goodCardNumber)
  const upstream = sandbox.requests().filter(({ headers }) => headers.traceparent?.includes(traceId))
  service.child.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)

  const spans = collector.spans.filter((span) => span.traceId === traceId)
  expect(
    spans
      .filter(({ kind }) => kind === 2)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    'GET /orders/:id/payment-methods',
    'GET none',
    'POST /orders/:id/pay',
    'POST /orders/:id/pay',
    'POST /orders/:id/pay',
    'POST /orders/:id/pay',
  ])
  const calls = spans.filter(({ kind }) => kind === 3)
  // Each call is seen by BigCommerce as what it is in the trace, and none is missing.
  expect(calls.map(({ spanId }) => spanId).sort()).toEqual(
    upstream.map(({ headers }) => headers.traceparent?.split('-')[2]).sort(),
  )
  expect(calls.length).toBeGreaterThan(5)
  const { hostname, port } = new URL(sandbox.paymentsUrl)
  expect(calls.filter(({ name }) => name === 'POST /stores/{store_hash}/payments')[0]?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': expect.any(Number),
    'server.address': hostname,
    'server.port': Number(port),
    'url.template': '/stores/{store_hash}/payments',
    'tillgate.correlation_id': expect.stringMatching(/^[\da-f-]{36}$/),
  })
  expect(new Set(calls.map(({ name }) => name))).toContain('GET /stores/{store_hash}/v3/payments/methods')
  // A trace is found by what the caller was told, and by what BigCommerce's support asks for.
  const request = spans.find(
    ({ attributes }) => attributes['tillgate.request_id'] === paid.headers['x-request-id'],
  )
  expect(request?.name).toBe('POST /orders/:id/pay')
  const seen = upstream.find(({ host }) => host === 'payments')?.headers['x-correlation-id']
  expect(calls.map(({ attributes }) => attributes['tillgate.correlation_id'])).toContain(seen)

  const secrets = [goodCardNumber, '4000000000009995', '"422"', 'Jane Doe', sandbox.accessToken, token, key]
  const ours = [sandbox.storeHash, `/${orderId}`, 'order_id=', 'canary', 'PAT ', 'Tillgate/']
  for (const word of [...secrets, ...ours]) expect(collector.bytes()).not.toContain(word)
  for (const { headers } of upstream) expect(headers.baggage).toBeUndefined()
})

test('without an endpoint nothing is traced, nor passed on', async () => {
  const { sandbox, call } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  const answer = await call.pay(createOrder(sandbox), cardPayment(), {
    token: await callerToken({ customer_id: 11 }),
    headers: { traceparent },
  })
  expect(answer.status).toBe(201)
  expect(sandbox.requests().length).toBeGreaterThan(1)
  for (const { headers } of sandbox.requests()) expect(headers.traceparent).toBeUndefined()
})

test('a collector that is away keeps no answer back, nor the end of the process', async () => {
  const { sandbox, service, call } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  const answer = await call.pay(createOrder(sandbox), cardPayment(), {
    token: await callerToken({ customer_id: 11 }),
  })
  expect(answer.status).toBe(201)
  service.child.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)
})
