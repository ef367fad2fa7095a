import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { GIFT_CERTIFICATES } from '../../sandbox/data/balances.ts'
import { MAGIC_CARDS } from '../../sandbox/data/card-outcomes.ts'
import { GATEWAYS } from '../../sandbox/data/gateways.ts'
import { REFUSALS } from '../../sandbox/data/refusals.ts'
import { fixtureInstruments } from '../../sandbox/data/stored-instruments.ts'
import { readEnvironment } from '../../sandbox/environment.ts'
import { FaultInputSchema, OPERATIONS } from '../../sandbox/faults/fault.ts'
import { DEFAULT_SETTINGS } from '../../sandbox/state/settings.ts'
import { openStore } from './support/open-store.ts'

const readme = await readFile(new URL('../../sandbox/README.md', import.meta.url), 'utf8')

test('the README has a row with number and code for every magic card', () => {
  for (const { number, outcome } of MAGIC_CARDS) {
    const row = readme.split('\n').find((line) => line.startsWith('|') && line.includes(number))
    expect(row, number).toBeDefined()
    if ('code' in outcome) expect(row, number).toContain(`| ${outcome.code} |`)
  }
})

test('the README names the HTTP status of every code', () => {
  for (const [code, { status }] of Object.entries(REFUSALS)) {
    expect(readme).toMatch(new RegExp(`^\\| ${code} \\| ${status}\\b`, 'm'))
  }
})

test('the README names every fixture, fault, operation, gateway and switch', () => {
  const instruments = [...fixtureInstruments(2020).values()].flat()
  const names = [
    ...instruments.map(({ token }) => token),
    ...Object.keys(GIFT_CERTIFICATES),
    ...FaultInputSchema.options.flatMap((option) => [...option.shape.kind.values]),
    ...OPERATIONS,
    ...GATEWAYS.map(({ id }) => id),
    ...Object.keys(DEFAULT_SETTINGS),
  ]
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

test('the control surface shows over HTTP what the process knows', async () => {
  const { sandbox, control, pay, order } = await openStore()
  await pay(order())
  expect((await control('/health')).status).toBe(200)
  expect((await control('/charges')).body.data).toEqual(sandbox.charges())
  expect((await control('/stats')).body.data).toEqual(sandbox.stats())
  expect((await control('/store')).body.data).toEqual(DEFAULT_SETTINGS)
})

test('faults are listed, and cleared, over HTTP', async () => {
  const { control } = await openStore()
  const body = { operation: 'pay', kind: 'status', status: 500, times: 3 }
  const added = await control('/faults', { method: 'POST', body })
  expect(added).toMatchObject({ status: 201, body: { data: body } })
  expect((await control('/faults')).body.data).toMatchObject([body])
  expect((await control('/faults', { method: 'DELETE' })).status).toBe(204)
  expect((await control('/faults')).body.data).toEqual([])
})

test('breaking one gateway leaves another as it was', async () => {
  const { sandbox, control } = await openStore()
  sandbox.configure({ gateways: { 'stripe.card': 'broken' } })
  await control('/store', { method: 'POST', body: { gateways: { 'bolt.card': 'missing' } } })
  expect(sandbox.settings().gateways).toEqual({ 'stripe.card': 'broken', 'bolt.card': 'missing' })
})

test('an unknown switch is refused with its name', async () => {
  const { control } = await openStore()
  const reply = await control('/store', { method: 'POST', body: { vualting: false } })
  expect(reply).toMatchObject({ status: 400, body: { title: expect.stringContaining('vualting') } })
})

test('a reset brings back the first order, the balances, the switches and a listening host', async () => {
  const { sandbox, control, pay, order } = await openStore()
  await pay(order())
  sandbox.configure({ vaulting: false })
  await sandbox.faults.add({ operation: 'pay', kind: 'refuse' })
  expect((await control('/reset', { method: 'POST' })).status).toBe(204)
  expect([sandbox.charges(), sandbox.requests(), sandbox.faults.list()]).toEqual([[], [], []])
  expect(sandbox.settings()).toEqual(DEFAULT_SETTINGS)
  expect(order()).toBe(215)
  expect((await pay(215)).status).toBe(201)
})

test('the environment has a default for everything, and empty means unset', () => {
  expect(readEnvironment({ SANDBOX_PORT: '' })).toEqual({
    host: '127.0.0.1',
    managementPort: 4010,
    paymentsPort: 4011,
    storeHash: 'jrah6gmn',
    accessToken: 'sandbox-store-token',
  })
})

test('every wrong variable is named at once, in a sentence', () => {
  const wrong = { SANDBOX_PORT: 'abc', SANDBOX_STORE_HASH: 'A B', SANDBOX_PAYMENTS_PORT: '70000' }
  expect(() => readEnvironment(wrong)).toThrow(
    /SANDBOX_PORT must be .*\n.*SANDBOX_PAYMENTS_PORT must be .*\n.*SANDBOX_STORE_HASH must be/,
  )
})
