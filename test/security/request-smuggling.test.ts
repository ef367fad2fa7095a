import { expect, test } from 'vitest'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { rawBytes } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const body = JSON.stringify(cardPayment())
const length = Buffer.byteLength(body)
const chunked = `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
const json = 'Content-Type: application/json\r\n'
/** What an attacker wants the server to read as a second request, made with the victim's connection. */
const smuggled = 'GET /livez HTTP/1.1\r\nHost: smuggled\r\n\r\n'

/** Each a request that two programs may read differently; `{pay}` stands for a good beginning of a payment. */
const SHAPES: Record<string, string> = {
  'a length and chunks': `{pay}${json}Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}${smuggled}`,
  'chunks and a length': `{pay}${json}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked}${smuggled}`,
  'two lengths that differ': `{pay}${json}Content-Length: ${length}\r\nContent-Length: 0\r\n\r\n${body}`,
  'two lengths alike': `{pay}${json}Content-Length: ${length}\r\nContent-Length: ${length}\r\n\r\n${body}`,
  'a list of lengths': `{pay}${json}Content-Length: ${length}, ${length}\r\n\r\n${body}`,
  'a length with a plus': `{pay}${json}Content-Length: +${length}\r\n\r\n${body}`,
  'a negative length': `{pay}${json}Content-Length: -1\r\n\r\n${body}`,
  'a length in hex': `{pay}${json}Content-Length: 0x${length.toString(16)}\r\n\r\n${body}`,
  'a length beyond 64 bits': `{pay}${json}Content-Length: 18446744073709551616\r\n\r\n${body}`,
  'a blank before the colon': `{pay}${json}Content-Length : ${length}\r\n\r\n${body}`,
  'chunks by another name': `{pay}${json}Transfer-Encoding: xchunked\r\n\r\n${chunked}`,
  'chunks, then something else': `{pay}${json}Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`,
  'something else, then chunks': `{pay}${json}Transfer-Encoding: identity, chunked\r\n\r\n${chunked}`,
  'chunks of gzip': `{pay}${json}Transfer-Encoding: gzip, chunked\r\n\r\n${chunked}`,
  'chunks said twice': `{pay}${json}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  'chunks behind a vertical tab': `{pay}${json}Transfer-Encoding: \x0bchunked\r\n\r\n${chunked}`,
  'chunks on a folded line': `{pay}${json}Transfer-Encoding:\r\n chunked\r\n\r\n${chunked}`,
  'a folded line': `{pay}${json}X-Folded: a\r\n b\r\nContent-Length: ${length}\r\n\r\n${body}`,
  'lines that end with LF alone': `{pay}${json}Content-Length: ${length}\n\n${body}`,
  'one header that ends with LF alone': `{pay}${json}X-A: b\nContent-Length: ${length}\r\n\r\n${body}`,
  'a CR inside a header': `{pay}${json}X-A: b\rX-C: d\r\nContent-Length: ${length}\r\n\r\n${body}`,
  'a NUL inside a header': `{pay}${json}X-A: b\0\r\nContent-Length: ${length}\r\n\r\n${body}`,
  'a blank inside a name': `{pay}${json}X A: b\r\nContent-Length: ${length}\r\n\r\n${body}`,
  'chunk sizes with 0x': `{pay}${json}Transfer-Encoding: chunked\r\n\r\n0x${chunked}`,
  'a chunk size beyond 64 bits': `{pay}${json}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}\r\n0\r\n\r\n`,
  'chunks that end with LF alone': `{pay}${json}Transfer-Encoding: chunked\r\n\r\n${chunked.replaceAll('\r\n', '\n')}`,
  'two hosts': `{pay}Host: other\r\n${json}Content-Length: ${length}\r\n\r\n${body}`,
  'no host': `GET /livez HTTP/1.1\r\n\r\n`,
  'a version of another protocol': `GET /livez HTTP/2.0\r\nHost: a\r\n\r\n`,
  'no version': 'GET /livez\r\n\r\n',
  'the beginning of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a blank in the path': 'GET /livez /x HTTP/1.1\r\nHost: a\r\n\r\n',
  'an unknown method': 'PWN /livez HTTP/1.1\r\nHost: a\r\n\r\n',
  'a tunnel': 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n',
  'the beginning of TLS': '\x16\x03\x01\x00\xa5\x01\x00\x00',
}

test.each(Object.entries(SHAPES))(
  'a request with %s is refused or cut off: no payment is made of it, and no second request read',
  async (_name, shape) => {
    const { sandbox, url } = await startTillgate()
    const token = await callerToken({ customer_id: 11 })
    const pay = [
      `POST /orders/${createOrder(sandbox)}/pay HTTP/1.1`,
      'Host: tillgate',
      `Authorization: Bearer ${token}`,
      'Idempotency-Key: the-key-of-this-payment',
      '',
    ].join('\r\n')
    // Ends by itself: whatever is answered is the last on its connection.
    const answer = await rawBytes(url, [Buffer.from(shape.replace('{pay}', pay), 'latin1')])
    expect(answer.split('HTTP/1.1 ').length - 1).toBeLessThanOrEqual(1)
    if (answer !== '') {
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toMatch(/^connection: close$/im)
      expect(answer).toMatch(/^cache-control: no-store$/im)
      expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'malformed_request' })
    }
    expect(sandbox.charges()).toEqual([])
    expect(sandbox.requests()).toEqual([])
  },
)

test('a well-formed payment is paid with chunks too, so that the refusals above say something', async () => {
  const { sandbox, url } = await startTillgate()
  const token = await callerToken({ customer_id: 11 })
  const answer = await rawBytes(url, [
    [
      `POST /orders/${createOrder(sandbox)}/pay HTTP/1.1`,
      'Host: tillgate',
      `Authorization: Bearer ${token}`,
      'Idempotency-Key: the-key-of-this-payment',
      'Content-Type: application/json',
      'Transfer-Encoding: Chunked',
      'Expect: something-unknown',
      'Connection: close',
      '',
      chunked,
    ].join('\r\n'),
  ])
  expect(answer).toMatch(/^HTTP\/1\.1 201 /)
  expect(sandbox.charges()).toHaveLength(1)
})

test('a body that goes on behind its length is a request of its own, with an answer of its own', async () => {
  const { url } = await startTillgate()
  const answer = await rawBytes(url, [
    `POST /nowhere HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 2\r\n\r\n{}GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  ])
  expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['404', '200'])
})

test('a header beyond the two thousandth still counts: none is dropped without a word', async () => {
  const { url } = await startTillgate()
  const many = 'a:\r\n'.repeat(2_500)
  const answer = await rawBytes(url, [`GET /livez HTTP/1.1\r\nHost: a\r\n${many}Host: b\r\n\r\n`])
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
})
