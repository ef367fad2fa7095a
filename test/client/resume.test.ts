import { expect, test } from 'vitest'
import { memoryStorage } from '../../clients/typescript/src/kept-payments.ts'
import { payment, startClient } from './start-client.ts'

test('a payment that was begun before a reload is followed to its end, without the card', async () => {
  const { client, reload, orderId, keys, sandbox } = await startClient({
    client: { storage: memoryStorage() },
  })
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  await client.payOrder(orderId, payment(), { maxWaitMs: 0 }).catch(() => {})

  expect(await reload().resume(orderId)).toMatchObject({ status: 'success', amount: 6098 })
  expect(keys).toHaveLength(1)
  expect(await reload().resume(orderId)).toBeNull()
})

test('without an unfinished payment there is nothing to follow', async () => {
  const { client, orderId, asked } = await startClient()

  expect(await client.resume(orderId)).toBeNull()
  expect(asked).toEqual([])
})

test('an earlier decline is not taken for the end of a payment that may be on its way', async () => {
  const { client, reload, orderId, keys } = await startClient({
    client: { storage: memoryStorage() },
    mishaps: [null, 'not_sent'],
  })
  await client.payOrder(orderId, payment('4000000000009995')).catch(() => {})
  await client.payOrder(orderId, payment(), { maxWaitMs: 0 }).catch(() => {})

  expect(await reload().resume(orderId)).toBeNull()
  expect((await reload().payOrder(orderId, payment())).status).toBe('success')
  expect(keys[1]).toBe(keys[2])
})
