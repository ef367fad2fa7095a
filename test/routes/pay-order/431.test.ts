import { expect, test } from 'vitest'
import { rawRequest } from '../../support/raw-http.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('headers larger than any caller token are refused with a problem', async () => {
  const { url } = await startTillgate()
  const answer = await rawRequest(url, 'POST', '/orders/215/pay', `X-Padding: ${'a'.repeat(20_000)}\r\n\r\n`)
  expect(answer.body).toMatchObject({ status: 431, code: 'headers_too_large' })
})
