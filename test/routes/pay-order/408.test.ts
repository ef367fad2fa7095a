import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { rawRequest } from '../../support/raw-http.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('a payment that does not arrive in time is refused with a problem', async () => {
  const { url, server } = await startTillgate()
  server.headersTimeout = 100
  server.requestTimeout = 100
  const token = await callerToken({ customer_id: 11 })
  const started = [
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    '',
    '{"payment":',
  ].join('\r\n')
  const answer = await rawRequest(url, 'POST', '/orders/215/pay', started)
  expect(answer.body).toMatchObject({ status: 408, code: 'request_timeout', retry: 'same_key' })
})
