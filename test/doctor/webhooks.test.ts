import { expect, test } from 'vitest'
import { diagnose, type Patient, startPatient, statusesOf } from './support/diagnose.ts'

const publicUrl = 'https://pay.shop.example'
const destination = `${publicUrl}/webhooks/bigcommerce`
const everyEvent = [
  'store/order/updated',
  'store/order/statusUpdated',
  'store/order/transaction/created',
  'store/order/transaction/updated',
]
const secret = { BIGCOMMERCE_CLIENT_SECRET: 'a-client-secret' }

/** Registers webhooks as an app does. @returns the app's client id. */
async function register(
  { sandbox }: Patient,
  scopes: readonly string[],
  fields: object = {},
): Promise<string> {
  let clientId = ''
  for (const scope of scopes) {
    const response = await fetch(`${sandbox.managementUrl}/v3/hooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-auth-token': sandbox.accessToken },
      body: JSON.stringify({ scope, destination, is_active: true, ...fields }),
    })
    clientId = ((await response.json()) as { data: { client_id: string } }).data.client_id
  }
  return clientId
}

test.each([
  ['each event', everyEvent],
  ['a wildcard for all of them', ['store/order/*']],
])('webhooks for %s, signed by the configured app, are well', async (_what, scopes) => {
  const patient = await startPatient()
  const BIGCOMMERCE_CLIENT_ID = await register(patient, scopes)
  const findings = await diagnose(patient, { BIGCOMMERCE_CLIENT_ID, ...secret }, { publicUrl })
  expect(statusesOf(findings, 'webhooks')).toEqual(['webhooks: ok'])
})

test('missing webhooks are named', async () => {
  const patient = await startPatient()
  const BIGCOMMERCE_CLIENT_ID = await register(patient, everyEvent.slice(0, 3))
  const findings = await diagnose(patient, { BIGCOMMERCE_CLIENT_ID, ...secret })
  expect(findings.filter(({ check }) => check === 'webhooks')).toMatchObject([
    { status: 'warning', says: 'Not registered: store/order/transaction/updated.' },
  ])
})

test('webhooks that BigCommerce turned off are named by their ids', async () => {
  const patient = await startPatient()
  const BIGCOMMERCE_CLIENT_ID = await register(patient, everyEvent, { is_active: false })
  const findings = await diagnose(patient, { BIGCOMMERCE_CLIENT_ID, ...secret })
  expect(findings.filter(({ check }) => check === 'webhooks')).toMatchObject([
    { status: 'ok' },
    { status: 'warning', says: expect.stringMatching(/turned off 18048287, 18048288/) },
  ])
})

test('webhooks to another address than the one given are not ours', async () => {
  const patient = await startPatient()
  const BIGCOMMERCE_CLIENT_ID = await register(patient, everyEvent)
  const app = { BIGCOMMERCE_CLIENT_ID, ...secret }
  const findings = await diagnose(patient, app, { publicUrl: 'https://pay2.shop.example' })
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'webhooks',
      status: 'warning',
      says: expect.stringContaining('no webhook'),
    }),
  )
})

test('webhooks that would all be refused fail: signed by another app, or no secret to verify them with', async () => {
  const patient = await startPatient()
  await register(patient, everyEvent)
  for (const app of [{ BIGCOMMERCE_CLIENT_ID: 'another-app', ...secret }, {}]) {
    expect(statusesOf(await diagnose(patient, app), 'webhooks')).toContain('webhooks: failure')
  }
})
