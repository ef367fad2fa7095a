import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test('an error of our own says nothing of itself', async () => {
  const listPaymentMethods = () => Promise.reject(new Error('broken inside'))
  const { call } = await startTillgate({ replace: { listPaymentMethods } })
  const answer = await call.methods(215, await callerToken({ customer_id: 11 }))
  expect(answer.body).toMatchObject({ status: 500, code: 'internal_error' })
  expect(answer.text).not.toContain('broken inside')
})
