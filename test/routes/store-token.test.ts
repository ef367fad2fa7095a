import { expect, test } from 'vitest'
import { startTillgate } from '../support/start-tillgate.ts'

test('an instance whose store token BigCommerce refuses is alive and not ready', async () => {
  const { call, log } = await startTillgate({ environment: { BIGCOMMERCE_ACCESS_TOKEN: 'another-token' } })
  expect((await call('/readyz')).status).toBe(503)
  expect((await call('/livez')).status).toBe(200)
  expect(log.filter((line) => line.includes('store token refused'))).toHaveLength(1)
})

test('an instance that cannot reach BigCommerce is ready: an outage must not stop all of them', async () => {
  const { call, sandbox } = await startTillgate()
  await sandbox.close()
  expect((await call('/readyz')).status).toBe(200)
})
