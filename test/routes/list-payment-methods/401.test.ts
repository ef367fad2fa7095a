import { expect, test } from 'vitest'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each([
  ['no token', {}],
  ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
  ['a token that is none', { authorization: 'Bearer abc' }],
])('with %s nothing is looked up', async (_name, headers) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call('/orders/215/payment-methods', { headers })
  expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(sandbox.requests()).toEqual([])
})
