import { expect, test } from 'vitest'
import { rawBytes } from '../support/raw-http.ts'
import { startTillgate } from '../support/start-tillgate.ts'

/** The shipped limits are seconds; here the same machinery with shorter ones. */
async function startImpatient() {
  const { url, server, sandbox, call } = await startTillgate()
  const shipped = { headersTimeout: server.headersTimeout, requestTimeout: server.requestTimeout }
  server.headersTimeout = 300
  server.requestTimeout = 300
  return { url, shipped, sandbox, call }
}

/** A byte at a time, for longer than a server should wait. */
function* drip(text: string) {
  for (let turn = 0; turn < 10_000; turn++) yield text[turn] ?? 'a'
}

test('the shipped service waits fifteen seconds for a whole request and no longer', async () => {
  const { shipped } = await startImpatient()
  expect(shipped.requestTimeout).toBe(15_000)
  expect(shipped.headersTimeout).toBe(10_000)
})

test.each([
  ['that says nothing', [] as string[]],
  ['that drips its headers', drip('GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: ')],
  [
    'that drips its body',
    drip(
      'POST /webhooks/bigcommerce HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"',
    ),
  ],
  [
    'that drips chunks',
    drip(
      'POST /webhooks/bigcommerce HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n',
    ),
  ],
])('a client %s is cut off, while others are served', async (_what, pieces) => {
  const { url, call } = await startImpatient()
  const slow = rawBytes(url, pieces, 20)
  expect((await call('/livez')).status).toBe(200)
  const answer = await slow
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toMatch(/"code":"request_timeout"/)
})
