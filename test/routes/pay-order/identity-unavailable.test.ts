import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { authEnvironment, callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

/** A token whose key must be fetched, from an issuer that fails. */
async function payWhileIssuerAnswers(status: number, body: string) {
  const issuer = createServer((_request, response) => response.writeHead(status).end(body)).listen(
    0,
    '127.0.0.1',
  )
  onTestFinished(() => void issuer.close())
  await new Promise((resolve) => issuer.once('listening', resolve))
  const address = issuer.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { AUTH_ISSUER, AUTH_AUDIENCE } = authEnvironment
  const { sandbox, call } = await startTillgate({
    environment: {
      AUTH_ISSUER,
      AUTH_AUDIENCE,
      AUTH_HMAC_SECRET: '',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    },
  })
  const [, ...rest] = (await callerToken({ customer_id: 11 })).split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'one' })).toString('base64url')
  const answer = await call.pay(createOrder(sandbox), cardPayment(), { token: [header, ...rest].join('.') })
  expect(sandbox.requests()).toEqual([])
  return answer
}

test.each([
  ['fails', 500, 'oops'],
  ['answers with a page', 200, '<html></html>'],
  ['answers with no keys', 200, '{}'],
])('when the issuer of keys %s, the answer does not blame the token', async (_name, status, body) => {
  const answer = await payWhileIssuerAnswers(status, body)
  expect(answer.body).toMatchObject({ status: 503, code: 'identity_unavailable', retry: 'same_key' })
})

test('a token whose key the issuer does not know is refused', async () => {
  const answer = await payWhileIssuerAnswers(200, '{"keys":[]}')
  expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' })
})
