import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { calm, startTillgate, type Tillgate } from '../support/start-tillgate.ts'

const withBounds = (bounds: object, environment: Record<string, string> = {}) =>
  startTillgate({ environment, replace: { loadBounds: { ...calm, ...bounds } } })

interface SlowRequest {
  readonly socket: Socket
  answer(): string
  readonly isClosed: () => boolean
}

/** Announces a body and sends its first byte. */
function beginBody({ url }: Tillgate, path: string, headers: readonly string[] = []): SlowRequest {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  let answer = ''
  let isClosed = false
  socket.on('data', (data) => {
    answer += String(data)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  const framing = headers.some((line) => /^Transfer-Encoding/i.test(line)) ? [] : ['Content-Length: 4000']
  const lines = [`POST ${path} HTTP/1.1`, 'Host: a', 'Content-Type: application/json', ...framing, ...headers]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${framing.length > 0 ? '{' : '1\r\n{\r\n'}`)
  return { socket, answer: () => answer, isClosed: () => isClosed }
}

const guest = (orderId: number) => callerToken({ sub: `guest-${orderId}`, order_ids: [orderId] })
const pay = async ({ sandbox, call }: Tillgate) => {
  const orderId = createOrder(sandbox)
  return call.pay(orderId, cardPayment(), { token: await guest(orderId) })
}
const read = async ({ sandbox, call }: Tillgate) => {
  const orderId = createOrder(sandbox)
  return call.methods(orderId, await guest(orderId))
}

test('bodies that do not come take no place from those who read and pay', async () => {
  const tillgate = await withBounds({ requestsMax: 2, paymentsMax: 2 })
  const authorization = `Authorization: Bearer ${await guest(1)}`
  for (let number = 0; number < 10; number++) {
    beginBody(tillgate, '/webhooks/bigcommerce')
    beginBody(tillgate, '/nowhere')
    beginBody(tillgate, '/orders/1/pay', [authorization, 'Idempotency-Key: a-key-of-the-slow'])
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect((await read(tillgate)).status).toBe(200)
  expect((await pay(tillgate)).status).toBe(201)
})

test.each([
  ['with its length', [] as string[]],
  ['in chunks', ['Transfer-Encoding: chunked']],
  ['announced by Expect', ['Expect: 100-continue']],
])(
  'a body %s that is not there in time is answered 408, as a problem, and the connection closed',
  async (_what, headers) => {
    const tillgate = await withBounds({ bodyWithinMs: 300 })
    const slow = beginBody(tillgate, '/webhooks/bigcommerce', headers)
    await vi.waitFor(() => expect(slow.isClosed()).toBe(true), { timeout: 5_000 })
    expect(slow.answer()).toMatch(/HTTP\/1\.1 408 /)
    expect(slow.answer()).toMatch(/connection: close/i)
    expect(slow.answer()).toMatch(/"code":"request_timeout".*"retry":"same_key"/)
  },
)

test('a phone on a bad line, whose body comes in pieces over three seconds, is served', async () => {
  const tillgate = await withBounds({})
  const orderId = createOrder(tillgate.sandbox)
  const body = JSON.stringify(cardPayment())
  const { hostname, port } = new URL(tillgate.url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.on('data', (data) => {
    answer += String(data)
  })
  socket.write(
    [
      `POST /orders/${orderId}/pay HTTP/1.1`,
      'Host: a',
      'Content-Type: application/json',
      `Authorization: Bearer ${await guest(orderId)}`,
      'Idempotency-Key: 0123456789abcdef',
      `Content-Length: ${body.length}`,
      '\r\n',
    ].join('\r\n'),
  )
  const size = Math.ceil(body.length / 6)
  for (let from = 0; from < body.length; from += size) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    socket.write(body.slice(from, from + size))
  }
  await vi.waitFor(() => expect(answer).toMatch(/^HTTP\/1\.1 201 /), { timeout: 5_000 })
})

test('of one address so many may be on their way; past that the slowest gives way, once it is slow', async () => {
  const tillgate = await withBounds({ bodiesPerAddressMax: 2 })
  const [first, second, third] = [1, 2, 3].map(() => beginBody(tillgate, '/webhooks/bigcommerce'))
  await new Promise((resolve) => setTimeout(resolve, 1_300))
  expect([first, second, third].map((one) => one?.answer())).toEqual(['', '', ''])
  expect((await pay(tillgate)).status).toBe(201)
  await vi.waitFor(() => expect(first?.answer()).toMatch(/^HTTP\/1\.1 408 /), { timeout: 4_000 })
  await vi.waitFor(() => expect(second?.answer()).toMatch(/^HTTP\/1\.1 408 /), { timeout: 4_000 })
  expect(third?.answer()).toBe('')
})

test('bodies from behind a trusted proxy are told apart by the address that it forwards', async () => {
  const tillgate = await withBounds({ bodiesPerAddressMax: 1 }, { TRUST_PROXY: 'loopback' })
  const from = (address: string) =>
    beginBody(tillgate, '/webhooks/bigcommerce', [`X-Forwarded-For: ${address}`])
  const other = from('203.0.113.1')
  const same = [from('203.0.113.2'), from('203.0.113.2:81')]
  await new Promise((resolve) => setTimeout(resolve, 1_300))
  from('203.0.113.2')
  await vi.waitFor(() => expect(same.map((one) => one.answer().slice(9, 12))).toEqual(['408', '408']), {
    timeout: 4_000,
  })
  expect(other.answer()).toBe('')
})

test('of all addresses together so many may be on their way; past that the oldest gives way at once', async () => {
  const tillgate = await withBounds({ bodiesMax: 3 })
  const slow = [1, 2, 3, 4, 5].map(() => beginBody(tillgate, '/webhooks/bigcommerce'))
  await vi.waitFor(
    () => expect(slow.filter((one) => /^HTTP\/1\.1 408 /.test(one.answer()))).toHaveLength(2),
    { timeout: 4_000 },
  )
  expect((await pay(tillgate)).status).toBe(201)
})

test('three hundred bodies at once of one server are all taken in', { timeout: 60_000 }, async () => {
  const tillgate = await withBounds({ bodiesPerAddressMax: 5 })
  const answers = await Promise.all(
    Array.from({ length: 300 }, () =>
      tillgate.call('/webhooks/bigcommerce', {
        method: 'POST',
        body: JSON.stringify({ pad: 'x'.repeat(9_000) }),
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 408 || status === 503)).toEqual([])
})

test('a request that has its whole body leaves nothing behind, whatever its end and its connection', async () => {
  const tillgate = await withBounds({ paymentsMax: 1, requestsMax: 1, bodyWithinMs: 1_000 })
  for (let turn = 0; turn < 10; turn++) {
    const gone = beginBody(tillgate, '/webhooks/bigcommerce')
    await new Promise((resolve) => gone.socket.once('connect', resolve))
    gone.socket.destroy()
    expect((await tillgate.call('/nowhere', { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await tillgate.call('/webhooks/bigcommerce', { method: 'POST', body: '{' })).status).toBe(401)
    expect((await pay(tillgate)).status).toBe(201)
  }
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect((await pay(tillgate)).status).toBe(201)
})
