import { expect, test } from 'vitest'
import { rawRequest } from '../../support/raw-http.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('a request whose headers do not arrive in time is refused in our own words', async () => {
  const { url, server } = await startTillgate()
  server.headersTimeout = 100
  server.requestTimeout = 100
  const answer = await rawRequest(url, 'GET', '/orders/215/payment-methods', 'Accept: */*\r\n')
  expect(answer.body).toMatchObject({ status: 408, code: 'request_timeout' })
})
