import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createCallHeaders } from '../../../src/clients/bigcommerce/exchange.ts'
import { createPaymentsApi } from '../../../src/clients/bigcommerce/payments-api.ts'
import type { PaymentRequest } from '../../../src/domain/payment-command.ts'
import { Sealed, sealInstrument } from '../../../src/domain/sealed.ts'
import { validInstruments } from '../../domain/samples.ts'
import type { Logged } from '../../support/logs.ts'
import {
  contextOf,
  json,
  refusedUrl,
  startHttpHost,
  startNetHost,
  startRefusingTlsHost,
} from './http-host.ts'

const closing: (() => Promise<void>)[] = []
let logged: Logged[] = []
beforeEach(() => {
  logged = []
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function opened<Host extends { close(): Promise<void> }>(host: Promise<Host>): Promise<Host> {
  const started = await host
  closing.push(() => started.close())
  return started
}

const written = {
  instrument: validInstruments.card,
  payment_method_id: 'stripe.card',
  save_instrument: true,
}
const payment: PaymentRequest = { ...written, instrument: sealInstrument(written.instrument) }
const paid = { data: { id: 'bc-1', status: 'success', transaction_type: 'purchase' } }

const permitOf = (mayLeave: boolean, moment = Promise.resolve()) => {
  const events: string[] = []
  return {
    events,
    moment: () => moment,
    mayLeave: () => mayLeave,
    departed: () => void events.push('departed'),
    answered: () => void events.push('answered'),
    giveBack() {},
  }
}

const apiOf = (url: string, paymentTimeoutMs = 5_000, trustedProxySecret: string | null = null) =>
  createPaymentsApi({
    url,
    paymentTimeoutMs,
    callHeaders: createCallHeaders({ userAgent: 'Tillgate/test', trustedProxySecret }),
  })

const charge = (
  url: string,
  { paymentTimeoutMs = 5_000, trustedProxySecret = null as string | null, permit = permitOf(true) } = {},
) =>
  apiOf(url, paymentTimeoutMs, trustedProxySecret).processPayment(
    new Sealed('the.pat'),
    payment,
    contextOf(logged),
    permit,
  )

describe('the moment at which it leaves', () => {
  const told = 'undici:client:sendHeaders'

  test('is told when the request has been written, and that an answer has come before it is read', async () => {
    const permit = permitOf(true)
    const onWritten = () => void permit.events.push('written')
    subscribe(told, onWritten)
    const host = await opened(startHttpHost((response) => json(response, 201, paid)))
    await charge(host.url, { permit })
    unsubscribe(told, onWritten)
    expect(permit.events).toEqual(['written', 'departed', 'answered'])
  })

  test('may be over when there is a connection at last: then nothing is sent', async () => {
    const permit = permitOf(false)
    const host = await opened(startHttpHost((response) => json(response, 201, paid)))
    expect(await charge(host.url, { permit })).toEqual({ kind: 'not_sent', reason: 'too_late' })
    expect(host.seen).toEqual([])
    expect(permit.events).toEqual([])
  })

  /** A permit whose moment comes when it is told to. */
  const ahead = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    return { permit: permitOf(true, promise), come: resolve }
  }

  test('is waited for with a connection that is there, and nothing is sent before', async () => {
    const { permit, come } = ahead()
    const host = await opened(startHttpHost((response) => json(response, 201, paid)))
    const charged = charge(host.url, { permit })
    await vi.waitFor(() => expect(host.openSockets()).toBe(1), { timeout: 10_000 })
    await sleep(50)
    expect([host.seen, permit.events]).toEqual([[], []])
    come()
    expect((await charged).kind).toBe('succeeded')
    expect(permit.events).toEqual(['departed', 'answered'])
  })

  test('is waited for behind TLS as well', async () => {
    const { permit, come } = ahead()
    const host = await opened(startRefusingTlsHost())
    const charged = charge(host.url, { permit })
    await vi.waitFor(() => expect(host.openSockets()).toBe(1), { timeout: 10_000 })
    await sleep(50)
    expect(host.heard).toEqual([])
    come()
    expect(await charged).toMatchObject({ kind: 'unknown', reason: 'server_error' })
    expect(host.heard).toHaveLength(1)
  })

  test.each([
    ['is closed', (socket: Socket) => socket.end()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['says something unasked', (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\n\r\n')],
  ])(
    'a connection that %s while it is waited for sends nothing, and that is certain',
    async (_what, disturb) => {
      const { permit, come } = ahead()
      const host = await opened(startNetHost(() => {}, disturb))
      const charged = charge(host.url, { permit })
      await sleep(100)
      come()
      expect(await charged).toEqual({ kind: 'not_sent', reason: 'unreachable' })
      expect([host.heard, permit.events]).toEqual([[''], []])
    },
  )

  describe('with a connection that was dialled ahead', () => {
    const pay = (api: ReturnType<typeof apiOf>, permit = permitOf(true)) =>
      api.processPayment(new Sealed('the.pat'), payment, contextOf(logged), permit)
    const body = JSON.stringify(paid)
    const answer = `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

    /** Answers each charge, and keeps its connections. */
    async function startHost() {
      const sockets: Socket[] = []
      const host = await startNetHost(
        (socket, heard) => void (heard.endsWith('}}') && socket.write(answer)),
        (socket) => void sockets.push(socket),
      )
      return { ...(await opened(Promise.resolve(host))), sockets }
    }

    test('it is used, and nothing is sent on it before', async () => {
      const { permit, come } = ahead()
      const host = await startHost()
      const api = apiOf(host.url)
      api.dialAhead()
      await vi.waitFor(() => expect(host.sockets).toHaveLength(1), { timeout: 10_000 })
      const charged = pay(api, permit)
      await sleep(50)
      expect([host.heard, permit.events]).toEqual([[''], []])
      come()
      expect((await charged).kind).toBe('succeeded')
      expect(permit.events).toEqual(['departed', 'answered'])
      expect(host.heard).toHaveLength(1)
      // Each charge still has its own.
      expect((await pay(api)).kind).toBe('succeeded')
      expect(host.heard).toHaveLength(2)
    })

    test.each([
      ['before its charge was there', true],
      ['while its charge waited for the moment', false],
    ])('one that was closed %s is dialled once more', async (_when, isEarly) => {
      const { permit, come } = ahead()
      const host = await startHost()
      const api = apiOf(host.url)
      api.dialAhead()
      await vi.waitFor(() => expect(host.sockets).toHaveLength(1), { timeout: 10_000 })
      const close = async () => {
        host.sockets[0]?.end()
        await sleep(50)
      }
      if (isEarly) await close()
      const charged = pay(api, permit)
      if (!isEarly) await close()
      come()
      expect((await charged).kind).toBe('succeeded')
      expect(permit.events).toEqual(['departed', 'answered'])
      expect(host.heard.map((heard) => heard !== '')).toEqual([false, true])
    })

    test('one that could not be dialled is dialled once more, and then nothing was sent', async () => {
      const permit = permitOf(true)
      const api = apiOf(await refusedUrl())
      api.dialAhead()
      expect(await pay(api, permit)).toEqual({ kind: 'not_sent', reason: 'unreachable' })
      expect(permit.events).toEqual([])
    })

    test('one that no charge has used is closed after three seconds', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const host = await startHost()
      const api = apiOf(host.url)
      api.dialAhead()
      await expect.poll(() => host.openSockets()).toBe(1)
      vi.advanceTimersByTime(3_000)
      await expect.poll(() => host.openSockets()).toBe(0)
    })
  })

  test('never comes when no connection can be made', async () => {
    const permit = permitOf(true)
    await charge('http://no-such-host.invalid/stores/abc123', { permit })
    expect(permit.events).toEqual([])
  })
})

describe('a charge', () => {
  test('is one request, with the PAT and without the store token', async () => {
    const host = await opened(startHttpHost((response) => json(response, 201, paid)))
    expect(await charge(host.url)).toEqual({
      kind: 'succeeded',
      bigcommercePaymentId: 'bc-1',
      transactionType: 'purchase',
    })
    expect(host.seen).toHaveLength(1)
    const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: '' }] = host.seen
    expect(`${method} ${path}`).toBe('POST /stores/abc123/payments')
    expect(JSON.parse(body)).toEqual({ payment: written })
    const { host: _host, 'content-length': _length, connection: _connection, ...named } = headers
    expect(named).toEqual({
      accept: 'application/vnd.bc.v1+json',
      authorization: 'PAT the.pat',
      'content-type': 'application/json',
      'user-agent': 'Tillgate/test',
      'x-correlation-id': contextOf().correlationId,
    })
  })

  test("passes the shopper's address on where a secret makes it count", async () => {
    const host = await opened(startHttpHost((response) => json(response, 201, paid)))
    await charge(host.url, { trustedProxySecret: 'proxy-secret' })
    expect(host.seen[0]?.headers).toMatchObject({
      'true-client-ip': '203.0.113.9',
      'x-bc-trusted-proxy-secret': 'proxy-secret',
    })
  })

  test('has a connection of its own, closed afterwards: none is kept to be reset under the next charge', async () => {
    const host = await opened(
      startNetHost((socket, heard) => {
        if (!heard.includes('"save_instrument":true}}')) return
        const body = JSON.stringify(paid)
        socket.write(
          `HTTP/1.1 201 Created\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`,
        )
      }),
    )
    const outcomes = [await charge(host.url), await charge(host.url)]
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'succeeded'])
    expect(host.heard).toHaveLength(2)
    await vi.waitFor(() => expect(host.openSockets()).toBe(0), { timeout: 10_000 })
  })

  test('that is declined is an answer like any other', async () => {
    const host = await opened(
      startHttpHost((response) => json(response, 422, { title: 'x', code: 30106, errors: {} })),
    )
    expect(await charge(host.url)).toEqual({
      kind: 'declined',
      refusal: { by: 'code', bigcommerceCode: 30106 },
    })
  })
})

describe('an answer as proxies make it', () => {
  const body = Buffer.from(JSON.stringify(paid))
  const raw = (...chunks: (string | Buffer)[]) =>
    startNetHost(async (socket, heard) => {
      if (!heard.includes('"save_instrument":true}}')) return
      for (const chunk of chunks) {
        socket.write(chunk)
        await sleep(5)
      }
    })
  const head = (more = '', length = body.length) =>
    `HTTP/1.1 201 Created\r\n${more}content-length: ${length}\r\n\r\n`
  const proceed = 'HTTP/1.1 100 Continue\r\n\r\n'
  const cookies = Array.from({ length: 12 }, (_, index) => `set-cookie: c${index}=${'x'.repeat(1_700)}\r\n`)
  const packed = (encoding: string, bytes: Buffer) => [
    head(`content-encoding: ${encoding}\r\n`, bytes.length),
    bytes,
  ]

  test.each([
    ['100 Continue before it', [proceed + head(), body]],
    ['100 Continue by itself', [proceed, head(), body]],
    ['100 Continue in pieces', ['HTT', 'P/1.1 100 Cont', 'inue\r\nserver: x\r', '\n\r', '\n', head(), body]],
    ['100 Continue twice', [proceed + proceed, head(), body]],
    ['its head in pieces', ['HTTP/1', `.1 201 Created\r\ncontent-length: ${body.length}\r\n`, '\r\n', body]],
    ['103 Early Hints before it', [`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${head()}`, body]],
    ['20 kB of headers', [head(cookies.join('')), body]],
    ['gzip that was not asked for', packed('gzip', gzipSync(body))],
    ['brotli that was not asked for', packed('br', brotliCompressSync(body))],
    ['deflate that was not asked for', packed('deflate', deflateSync(body))],
    ['deflate without its envelope', packed('deflate', deflateRawSync(body))],
    ['a byte-order mark', [head('', body.length + 3), Buffer.concat([Buffer.from('\ufeff'), body])]],
  ])('with %s is told', async (_what, chunks) => {
    const host = await opened(raw(...chunks))
    expect(await charge(host.url)).toMatchObject({ kind: 'succeeded', bigcommercePaymentId: 'bc-1' })
    expect(host.heard).toHaveLength(1)
  })

  test.each([
    ['compressed and cut', packed('gzip', gzipSync(body).subarray(0, 20))],
    ['compressed and not as it says', packed('br', gzipSync(body))],
    ['compressed and far too large', packed('gzip', gzipSync(Buffer.alloc(2 ** 21, ' ')))],
    ['compressed in a way that is not known', packed('x-none', gzipSync(body))],
  ])('that is %s cannot be read', async (_what, chunks) => {
    const host = await opened(raw(...chunks))
    expect(await charge(host.url)).toMatchObject({ kind: 'unknown', reason: 'unreadable_answer' })
  })

  test('that is 100 Continue and no more is none', async () => {
    const host = await opened(raw(proceed))
    expect(await charge(host.url, { paymentTimeoutMs: 200 })).toMatchObject({ reason: 'timed_out' })
  })
})

describe('no byte can have left, so it was not sent', () => {
  test('the port refuses', async () => {
    expect(await charge(await refusedUrl())).toEqual({ kind: 'not_sent', reason: 'unreachable' })
  })

  test('the name does not resolve', async () => {
    expect(await charge('http://no-such-host.invalid/stores/abc123')).toEqual({
      kind: 'not_sent',
      reason: 'unreachable',
    })
  })

  test('the TLS handshake fails', async () => {
    const host = await opened(startNetHost((socket) => socket.end('this is no TLS\r\n')))
    expect(await charge(host.url.replace('http:', 'https:'))).toEqual({
      kind: 'not_sent',
      reason: 'unreachable',
    })
    expect(host.heard.join('')).not.toContain('the.pat')
  })

  test('the patience ends while TLS is still being made', async () => {
    const host = await opened(startNetHost(() => {}))
    const outcome = await charge(host.url.replace('http:', 'https:'), { paymentTimeoutMs: 100 })
    expect(outcome).toEqual({ kind: 'not_sent', reason: 'unreachable' })
    expect(host.heard.join('')).not.toContain('the.pat')
  })
})

describe('once connected, an end without an answer is unknown, and nothing is sent again', () => {
  const lost = { kind: 'unknown', reason: 'connection_lost', bigcommerceCode: null }
  const timedOut = { kind: 'unknown', reason: 'timed_out', bigcommerceCode: null }

  test('the connection is accepted and reset', async () => {
    const host = await opened(startNetHost((socket) => socket.resetAndDestroy()))
    expect(await charge(host.url)).toEqual(lost)
    expect(host.heard).toHaveLength(1)
  })

  test('the connection is closed in good order without an answer', async () => {
    const host = await opened(startNetHost((socket) => socket.end()))
    expect(await charge(host.url)).toEqual(lost)
    expect(host.heard).toHaveLength(1)
  })

  test('no answer ever comes', async () => {
    const host = await opened(startNetHost(() => {}))
    expect(await charge(host.url, { paymentTimeoutMs: 100 })).toEqual(timedOut)
    expect(host.heard).toHaveLength(1)
  })

  test('the head of an answer comes and the body never', async () => {
    const host = await opened(
      startHttpHost((response) => response.writeHead(201, { 'content-length': '99' }).write('{"data":')),
    )
    expect(await charge(host.url, { paymentTimeoutMs: 100 })).toEqual(timedOut)
    expect(host.seen).toHaveLength(1)
  })

  test('a success is cut off half-way, with or without a length', async () => {
    const whole = JSON.stringify(paid)
    for (const headers of [{ 'content-length': String(whole.length) }, { 'transfer-encoding': 'chunked' }]) {
      const host = await opened(
        startHttpHost((response) => {
          response.writeHead(201, headers).write(whole.slice(0, -5))
          setImmediate(() => response.destroy())
        }),
      )
      expect(await charge(host.url)).toEqual(lost)
      expect(host.seen).toHaveLength(1)
    }
  })

  test('a body that ends with the connection, and ends too soon, cannot be read', async () => {
    const host = await opened(
      startNetHost((socket) => socket.end('HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n{"data":{"id"')),
    )
    expect(await charge(host.url)).toEqual({
      kind: 'unknown',
      reason: 'unreadable_answer',
      bigcommerceCode: null,
    })
  })

  test('bytes come that are no HTTP', async () => {
    const host = await opened(startNetHost((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    expect(await charge(host.url)).toEqual(lost)
  })

  test('an answer is far too large to be one', async () => {
    const host = await opened(
      startHttpHost((response) => json(response, 201, { ...paid, padding: 'x'.repeat(300_000) })),
    )
    expect(await charge(host.url)).toEqual(lost)
  })

  test('a redirect is not followed, above all not to another host', async () => {
    const elsewhere = await opened(startHttpHost((response) => json(response, 201, paid)))
    const host = await opened(
      startHttpHost((response) => response.writeHead(307, { location: elsewhere.url }).end()),
    )
    expect(await charge(host.url)).toMatchObject({ kind: 'unknown' })
    expect([host.seen.length, elsewhere.seen.length]).toEqual([1, 0])
  })

  test.each([500, 502, 503, 504])('%i is answered once and not tried again', async (status) => {
    const host = await opened(
      startHttpHost((response) => json(response, status, paid, { 'retry-after': '0' })),
    )
    expect(await charge(host.url)).toEqual({ kind: 'unknown', reason: 'server_error', bigcommerceCode: null })
    expect(host.seen).toHaveLength(1)
  })
})

test('a host that refuses the charge and would rather have it again gets it once: HTTP/2 clients send again by themselves', async () => {
  const host = await opened(startRefusingTlsHost())
  expect(await charge(host.url)).toMatchObject({ kind: 'unknown' })
  expect(host.heard.map((body) => JSON.parse(body))).toEqual([{ payment: written }])
})

test('what is logged of a charge that got no answer names the failure and nothing that was sent', async () => {
  const host = await opened(startNetHost((socket) => socket.resetAndDestroy()))
  await charge(host.url)
  expect(logged).toHaveLength(1)
  expect(logged[0]?.event).toBe('charge got no answer')
  const told = JSON.stringify(logged)
  for (const secret of ['the.pat', '4242424242424242', '"422"', 'Jane']) expect(told).not.toContain(secret)
})
