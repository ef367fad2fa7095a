import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const token = await callerToken({ order_ids: [1] })
const large = Buffer.alloc(3_000_000, ' ')
const headersOf = (length: number, authorization = `Bearer ${token}`) => ({
  authorization,
  'content-type': 'application/json',
  'idempotency-key': 'the-key-of-this-payment',
  'content-length': length,
})
const head = (length: number, rest = '') =>
  `POST /orders/1/pay HTTP/1.1\r\nHost: tillgate\r\n${Object.entries(headersOf(length))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}${rest}\r\n`

async function open(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

describe('a body of 3 MB', () => {
  test('is answered 413, and each client can read that', async () => {
    const { url } = await startTillgate()
    const send = () =>
      new Promise((resolve) => {
        const sent = request(`${url}/orders/1/pay`, { method: 'POST', headers: headersOf(large.length) })
        sent.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
        sent.on('error', ({ message }) => resolve(message))
        sent.end(large)
      })
    for (let turn = 0; turn < 20; turn++) expect(await send()).toBe(413)
  })

  test.each([
    ['too large', '', /^HTTP\/1\.1 413 /],
    [
      'of a caller who is refused and closes',
      'Authorization: none\r\nConnection: close\r\n',
      /^HTTP\/1\.1 401 /,
    ],
    ['of an ambiguous request', 'Host: other\r\n', /^HTTP\/1\.1 400 /],
  ])('%s can be sent to its end before the answer is read', async (_what, rest, answer) => {
    const { url } = await startTillgate()
    const socket = await open(url)
    socket.pause()
    socket.write(head(large.length, rest))
    // In pieces, so that the answer is written and its connection ended while the body still comes.
    for (let at = 0; at < large.length; at += 100_000) {
      socket.write(large.subarray(at, at + 100_000))
      await sleep(2)
    }
    expect(await text(socket)).toMatch(answer)
  })
})

describe('after an early answer', () => {
  test('the connection ends within seconds, whether the rest comes or not', async () => {
    const { url } = await startTillgate()
    const socket = await open(url)
    const begunAt = performance.now()
    socket.resume().on('error', () => {})
    socket.write(head(large.length))
    const drip = setInterval(() => socket.write(' '), 50)
    await once(socket, 'close')
    clearInterval(drip)
    expect(performance.now() - begunAt).toBeLessThan(4_000)
  })

  test('no more than a few megabytes are read', async () => {
    const { url } = await startTillgate()
    const socket = await open(url)
    socket.resume().on('error', () => {})
    socket.write(head(2 ** 40))
    let sent = 0
    const isOpen = () => !socket.destroyed && socket.writable
    while (isOpen()) {
      sent += large.length
      if (!socket.write(large))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {})
    }
    // What the system itself holds for the two sockets counts in.
    expect(sent).toBeLessThan(40_000_000)
  })

  test('what follows on the connection is no request', async () => {
    const { url, log } = await startTillgate()
    const socket = await open(url)
    const smuggled = 'GET /livez HTTP/1.1\r\nHost: tillgate\r\n\r\n'
    socket.write(`${head(20_000, 'Host: other\r\n')}`)
    await sleep(100)
    socket.write(`${' '.repeat(20_000)}${smuggled}`)
    expect((await text(socket)).match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(log.filter((line) => line.includes('/livez'))).toEqual([])
  })
})
