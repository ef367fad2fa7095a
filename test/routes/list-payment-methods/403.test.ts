import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each(['', 'payments:write'])('a token with the scope "%s" may not list', async (scope) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.methods(215, await callerToken({ customer_id: 11, scope }))
  expect(answer.body).toMatchObject({ status: 403, code: 'insufficient_scope' })
  expect(answer.headers['www-authenticate']).toContain('insufficient_scope')
  expect(sandbox.requests()).toEqual([])
})
