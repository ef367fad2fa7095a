import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openStore } from './support/open-store.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8')
const documentedScopes = [
  'store/order/updated',
  'store/order/statusUpdated',
  'store/order/transaction/created',
  'store/order/transaction/updated',
]
const hook = { scope: 'store/order/updated', destination: 'https://pay.shop.example/webhooks/bigcommerce' }

/** The documented commands, run in bash as they stand, with the store's address for BigCommerce's. */
async function runDocumented(environment: Record<string, string>, managementUrl: string) {
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands)
  const script = blocks
    .join('\n')
    .replaceAll(/https:\/\/api\.bigcommerce\.com\/stores\/\$STORE_HASH/g, managementUrl)
  const env = { PATH: process.env.PATH ?? '', ...environment }
  return promisify(execFile)('bash', ['-euc', script], { env })
}

test('the documented commands register a webhook for each event that Tillgate takes, and turn one on again', async () => {
  const { sandbox, manage } = await openStore()
  const off = await manage('/v3/hooks', {
    method: 'POST',
    body: { scope: 'store/order/archived', destination: hook.destination, is_active: false },
  })
  const environment = {
    TOKEN: sandbox.accessToken,
    STORE_HASH: sandbox.storeHash,
    HOOK_ID: String(off.body.data.id),
  }
  await runDocumented(environment, sandbox.managementUrl)
  const { body } = await manage('/v3/hooks')
  expect(body.data).toMatchObject(
    ['store/order/archived', ...documentedScopes].map((scope) => ({
      scope,
      destination: hook.destination,
      is_active: true,
    })),
  )
})

test('a webhook that was turned off can be turned on again, and the list can be filtered', async () => {
  const { manage } = await openStore()
  const { body } = await manage('/v3/hooks', { method: 'POST', body: { ...hook, is_active: false } })
  const path = `/v3/hooks/${body.data.id}`
  expect((await manage('/v3/hooks?is_active=true')).body.data).toEqual([])
  expect(await manage(path, { method: 'PUT', body: { is_active: true } })).toMatchObject({
    status: 200,
    body: { data: { ...hook, is_active: true } },
  })
  expect((await manage('/v3/hooks?is_active=true')).body.data).toHaveLength(1)
  expect((await manage('/v3/hooks/1', { method: 'PUT', body: { is_active: true } })).status).toBe(404)
})

test.each([
  ['plain http', { ...hook, destination: 'http://pay.shop.example/webhooks/bigcommerce' }],
  ['another port', { ...hook, destination: 'https://pay.shop.example:8443/webhooks/bigcommerce' }],
  ['no scope', { destination: hook.destination }],
])('a webhook to %s is refused', async (_what, body) => {
  const { manage } = await openStore()
  expect((await manage('/v3/hooks', { method: 'POST', body })).status).toBe(422)
})

test('no more than ten webhooks of one scope', async () => {
  const { manage } = await openStore()
  const statuses: number[] = []
  for (let count = 0; count < 11; count++) {
    statuses.push((await manage('/v3/hooks', { method: 'POST', body: hook })).status)
  }
  expect(statuses).toEqual([...Array(10).fill(200), 422])
})
