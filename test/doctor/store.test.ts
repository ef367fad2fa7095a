import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { SCOPES } from '../../sandbox/data/scopes.ts'
import { isFit } from '../../src/commands/doctor/finding.ts'
import { createAuthority } from '../../tools/certificates.ts'
import { createOrder } from '../support/orders.ts'
import { diagnose, startPatient, statusesOf } from './support/diagnose.ts'

test('a configuration in which nothing is wrong: every check is told, and nothing was asked but reads', async () => {
  const patient = await startPatient()
  const findings = await diagnose(patient)
  expect(findings.map(({ check, status }) => `${check}: ${status}`)).toEqual([
    'management host: ok',
    'payments host: ok',
    'store token: ok',
    'scope store_v2_orders_read_only: ok',
    'scope store_v2_transactions_read_only: ok',
    'scope store_payments_methods_read: ok',
    'scope store_payments_access_token_create: not_checked',
    'clock, against BigCommerce: ok',
    'webhooks: warning',
    'database: ok',
    'keys of caller tokens: ok',
    'PORT: ok',
    'ADMIN_PORT: ok',
  ])
  expect(isFit(findings)).toBe(true)
  const requests = patient.sandbox.requests()
  expect(requests.length).toBeGreaterThan(3)
  expect(requests.filter(({ method, host }) => method !== 'GET' || host !== 'management')).toEqual([])
})

test.each([
  ['ok', SCOPES],
  ['failure', SCOPES.filter((scope) => scope !== 'store_checkout')],
])(
  'where checkouts are paid the scope for them is tried, and nothing is made: %s',
  async (status, scopes) => {
    const patient = await startPatient({ scopes: [...scopes] })
    const findings = await diagnose(patient, { CHECKOUT_PAYMENTS: 'true' })
    expect(statusesOf(findings, 'scope store_checkout')).toEqual([`scope store_checkout: ${status}`])
    expect(patient.sandbox.requests().filter(({ method }) => method !== 'GET')).toHaveLength(1)
  },
)

test('whatever is not well is told with what to do about it', async () => {
  const patient = await startPatient({ scopes: [] })
  const findings = await diagnose(patient, { BIGCOMMERCE_PAYMENTS_URL: 'http://127.0.0.1:1/stores/jrah6gmn' })
  const unwell = findings.filter(({ status }) => status === 'failure' || status === 'warning')
  expect(unwell.length).toBeGreaterThan(2)
  expect(unwell.filter(({ advice }) => !advice)).toEqual([])
  expect(isFit(findings)).toBe(false)
})

test('a wrong token is told as such, and no scope is blamed for it', async () => {
  const findings = await diagnose(await startPatient(), { BIGCOMMERCE_ACCESS_TOKEN: 'canary-of-a-token' })
  expect(statusesOf(findings, 'store token')).toEqual(['store token: failure'])
  expect(statusesOf(findings, 'scope')).toEqual([])
  expect(JSON.stringify(findings)).not.toContain('canary')
})

test.each([
  ['store_v2_orders_read_only', /^store_v2_orders/],
  ['store_v2_transactions_read_only', /^store_v2_transactions/],
  ['store_payments_methods_read', /^store_payments_methods/],
])('a token without %s: that scope fails and no other', async (scope, taken) => {
  const findings = await diagnose(await startPatient({ scopes: SCOPES.filter((each) => !taken.test(each)) }))
  const failed = findings.filter(({ status }) => status === 'failure').map(({ check }) => check)
  expect(failed).toEqual([`scope ${scope}`])
})

test('a token of another store, or without any scope, is told once', async () => {
  const strange = await startPatient()
  const apiUrl = strange.sandbox.managementUrl.replace(/[^/]+$/, 'another')
  for (const findings of [
    await diagnose(strange, { BIGCOMMERCE_API_URL: apiUrl }),
    await diagnose(await startPatient({ scopes: [] })),
  ]) {
    expect(findings.filter(({ status }) => status === 'failure').map(({ check }) => check)).toEqual([
      'store token',
    ])
  }
})

test.each([
  ['in trouble', { kind: 'status', status: 503 }],
  ['out of quota', { kind: 'rate_limited' }],
  ['silent', { kind: 'hang_before_charge' }],
] as const)(
  'a store that is %s leaves a scope unchecked, not failed, and causes no wait',
  async (_what, fault) => {
    const patient = await startPatient()
    await patient.sandbox.faults.add({ operation: 'methods', ...fault })
    const findings = await diagnose(patient)
    expect(statusesOf(findings, 'scope store_payments_methods_read')).toEqual([
      'scope store_payments_methods_read: not_checked',
    ])
    expect(statusesOf(findings, 'store token')).toEqual(['store token: ok'])
    expect(statusesOf(findings, 'PORT')).toEqual(['PORT: ok'])
  },
)

test.each([
  [-2_000, 'ok'],
  [-20_000, 'warning'],
  [20_000, 'warning'],
  [120_000, 'failure'],
])('BigCommerce’s clock %d ms from ours: %s', async (skewMs, status) => {
  const findings = await diagnose(await startPatient({ now: () => Date.now() + skewMs }))
  expect(statusesOf(findings, 'clock')).toEqual([`clock, against BigCommerce: ${status}`])
})

async function listening<T extends ReturnType<typeof createServer>>(server: T): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

test('name, connection and TLS are told apart, and a host that says nothing is not waited for', async () => {
  const silent = createServer((socket) => onTestFinished(() => void socket.destroy()))
  const { certificate: cert, privateKey: key } = await createAuthority()
  const untrusted = createTlsServer({ cert, key }, (socket) => socket.on('error', () => {}))
  const patient = await startPatient()
  for (const [address, says] of [
    ['https://nowhere.invalid', /the name is not found/],
    ['https://127.0.0.1:1', /the name is found, but cannot connect \(ECONNREFUSED\)/],
    [`https://127.0.0.1:${await listening(untrusted)}`, /TLS fails \(DEPTH_ZERO_SELF_SIGNED_CERT\)/],
    [patient.sandbox.paymentsUrl.replace('http:', 'https:'), /TLS fails/],
    [`https://127.0.0.1:${await listening(silent)}`, /TLS fails \(TookTooLong\)/],
  ] as const) {
    const findings = await diagnose(patient, { BIGCOMMERCE_PAYMENTS_URL: address })
    expect(findings.filter(({ status }) => status === 'failure')).toMatchObject([
      { check: 'payments host', says: expect.stringMatching(says) },
    ])
  }
})

test('a store that cannot be reached leaves token and scopes unchecked', async () => {
  const findings = await diagnose(await startPatient(), {
    BIGCOMMERCE_API_URL: 'http://127.0.0.1:1/stores/jrah6gmn',
  })
  expect(statusesOf(findings, 'management host')).toEqual(['management host: failure'])
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'store token',
      status: 'not_checked',
      says: expect.stringContaining('ECONNREFUSED'),
    }),
  )
})

test('what a given order can be paid with', async () => {
  const patient = await startPatient()
  const orderId = createOrder(patient.sandbox)
  const findings = await diagnose(patient, { PAYMENT_INSTRUMENTS: 'stored_card' }, { orderId })
  expect(findings).toContainEqual({
    check: `order ${orderId}`,
    status: 'ok',
    says: '6098 USD (in the minor unit) is due.',
  })
  // The sandbox's gateways are in test mode, and one of them takes raw cards alone, which this configuration does not.
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'payment method stripe.card',
      says: 'In test mode; takes stored_card.',
    }),
  )
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'payment method cardconnect.card',
      status: 'warning',
      says: 'It takes none of the types in PAYMENT_INSTRUMENTS.',
    }),
  )
})

test('an order that is not there, and one that cannot be paid any more', async () => {
  const patient = await startPatient()
  expect(statusesOf(await diagnose(patient, {}, { orderId: 4711 }), 'order')).toEqual(['order 4711: failure'])
  const orderId = createOrder(patient.sandbox, { status_id: 11 })
  expect(statusesOf(await diagnose(patient, {}, { orderId }), 'order')).toEqual([`order ${orderId}: warning`])
})
