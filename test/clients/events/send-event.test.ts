import type { lookup } from 'node:dns'
import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createEventSender, type EventSenderOptions } from '../../../src/clients/events/send-event.ts'
import { Sealed } from '../../../src/domain/sealed.ts'
import { answerWith, secretOf, startReceiver } from '../../support/event-receiver.ts'

const event = { id: 'evt_1_success', body: '{"type":"payment.success"}' }

function senderTo(url: string, change: Partial<EventSenderOptions> = {}) {
  const sender = createEventSender({
    url,
    secret: () => new Sealed(secretOf(1)),
    userAgent: 'Tillgate/1.2.3',
    now: Date.now,
    connectionsMax: 4,
    ...change,
  })
  onTestFinished(() => sender.close())
  return sender
}

test('an event is signed by Standard Webhooks, and its body is sent word for word', async () => {
  const receiver = await startReceiver()
  expect(await senderTo(`${receiver.url}?shop=1`).send(event)).toEqual({ kind: 'delivered', status: 204 })
  expect(receiver.received).toHaveLength(1)
  expect(receiver.received[0]).toMatchObject({
    id: 'evt_1_success',
    body: event.body,
    headers: { 'content-type': 'application/json', 'user-agent': 'Tillgate/1.2.3' },
  })
  expect(receiver.received[0]?.headers).not.toHaveProperty('authorization')
})

test('with two secrets it is signed with both, so that a receiver may know either', async () => {
  for (const known of [1, 2]) {
    const receiver = await startReceiver(secretOf(known))
    const { kind } = await senderTo(receiver.url, {
      secret: () => new Sealed(`${secretOf(1)}, ${secretOf(2)}`),
    }).send(event)
    expect(kind).toBe('delivered')
    expect(String(receiver.received[0]?.headers['webhook-signature'])).toMatch(/^v1,\S{44} v1,\S{44}$/)
  }
})

test('timestamp and signature are new at every try, id and body are the same', async () => {
  const receiver = await startReceiver()
  let nowMs = Date.now() - 60_000
  const sender = senderTo(receiver.url, { now: () => nowMs })
  await sender.send(event)
  nowMs += 30_000
  await sender.send(event)
  const [first, second] = receiver.received
  expect(Number(second?.headers['webhook-timestamp'])).toBe(Number(first?.headers['webhook-timestamp']) + 30)
  expect(first?.headers['webhook-signature']).not.toBe(second?.headers['webhook-signature'])
  expect([first?.id, first?.body]).toEqual([second?.id, second?.body])
})

test.each([200, 201, 202, 299])('%i is delivered', async (status) => {
  const receiver = await startReceiver()
  receiver.answer = answerWith(status)
  expect(await senderTo(receiver.url).send(event)).toEqual({ kind: 'delivered', status })
})

test.each([301, 302, 304, 307, 308, 400, 401, 404, 409, 410, 429, 500, 503])(
  '%i is not delivered, and no redirect is followed',
  async (status) => {
    const [receiver, elsewhere] = [await startReceiver(), await startReceiver()]
    receiver.answer = answerWith(status, { location: elsewhere.url })
    expect(await senderTo(receiver.url).send(event)).toEqual({
      kind: 'failed',
      status,
      why: `answered ${status}`,
    })
    expect([receiver.received.length, elsewhere.received.length]).toEqual([1, 0])
  },
)

async function rawServer(onConnection: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(onConnection)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/events`
}

test('a lost connection and an answer that is no HTTP are not delivered, and nothing of them is quoted', async () => {
  const closing = await rawServer((socket) => socket.on('data', () => socket.destroy()))
  expect(await senderTo(closing).send(event)).toMatchObject({ kind: 'failed', status: null })
  const babbling = await rawServer((socket) => socket.on('data', () => socket.end('secret words\r\n\r\n')))
  const { kind, why } = (await senderTo(babbling).send(event)) as { kind: string; why: string }
  expect(kind).toBe('failed')
  expect(why).toMatch(/^no answer \([A-Z_]+|the connection was lost\)$/)
  expect(why).not.toContain('secret')
  expect(await senderTo('http://127.0.0.1:9/events').send(event)).toEqual({
    kind: 'failed',
    status: null,
    why: 'no answer (ECONNREFUSED)',
  })
})

test('an answer that takes longer than ten seconds is none', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    expect(ms).toBe(10_000)
    const soon = new AbortController()
    setTimeout(() => soon.abort(), 100)
    return soon.signal
  })
  onTestFinished(() => void vi.restoreAllMocks())
  const receiver = await startReceiver()
  receiver.answer = () => {}
  expect(await senderTo(receiver.url).send(event)).toEqual({
    kind: 'failed',
    status: null,
    why: 'no answer within 10 seconds',
  })
})

test('a body that never ends does not hold up the next event', async () => {
  const receiver = await startReceiver()
  receiver.answer = (response) => {
    response.writeHead(200)
    response.write('and so on')
  }
  const sender = senderTo(receiver.url)
  const all = await Promise.all(Array.from({ length: 12 }, () => sender.send(event)))
  expect(all).toEqual(all.map(() => ({ kind: 'delivered', status: 200 })))
})

test('what is stopped says so', async () => {
  const receiver = await startReceiver()
  receiver.answer = () => {}
  const stopping = new AbortController()
  const sending = senderTo(receiver.url).send(event, stopping.signal)
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 10_000 })
  stopping.abort()
  expect(await sending).toEqual({ kind: 'stopped' })
})

/** A name leads to these addresses. */
const leadingTo = (addresses: { address: string; family: number }[]) =>
  ((_host: string, _options: object, done: (error: null, found: object) => void) =>
    done(null, addresses)) as unknown as typeof lookup

test.each([
  [[{ address: '203.0.113.7', family: 4 }]],
  [
    [
      { address: '127.0.0.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ],
  ],
])('over http nothing is sent to a name that leads to a public address', async (addresses) => {
  const receiver = await startReceiver()
  const url = receiver.url.replace('127.0.0.1', 'receiver.internal')
  expect(await senderTo(url, { lookUp: leadingTo(addresses) }).send(event)).toMatchObject({
    kind: 'failed',
    why: expect.stringContaining('private address'),
  })
  expect(receiver.received).toEqual([])
})

test('over http it is sent to a name that leads to a private address', async () => {
  const receiver = await startReceiver()
  const addresses = [{ address: '127.0.0.1', family: 4 }]
  const url = receiver.url.replace('127.0.0.1', 'receiver.internal')
  expect(await senderTo(url, { lookUp: leadingTo(addresses) }).send(event)).toEqual({
    kind: 'delivered',
    status: 204,
  })
})
