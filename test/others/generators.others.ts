import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientTypes, generator } from '../../tools/generators.ts'
import { compile, contract, newFolder, root, runNode } from '../generated/generate.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { program } from './install.ts'

/** What the programs read. Three more generators are compiled by `npm test` (test/generated). */
const declarations =
  'declare const process: { env: Record<string, string> }\ndeclare const console: { log(...all: unknown[]): void }\n'
const body = `{
  payment: {
    instrument: {
      type: 'card' as const, number: '4242424242424242', cardholder_name: 'Jane Doe',
      expiry_month: 12, expiry_year: ${new Date().getFullYear() + 2}, verification_value: '123',
    },
    payment_method_id: 'stripe.card',
  },
  expected_amount: 6098,
}`

/** Compiles a program by strict rules and lets it pay an order, with Node's flag. @returns what it printed. */
async function payWith(
  folder: string,
  text: string,
  compilerOptions: object = {},
  flag = '--preserve-symlinks',
): Promise<string> {
  writeFileSync(join(folder, 'program.ts'), text)
  writeFileSync(join(folder, 'node.d.ts'), declarations)
  await compile(folder, { allowImportingTsExtensions: true, ...compilerOptions })
  const { url, sandbox } = await startTillgate()
  const orderId = createOrder(sandbox)
  Object.assign(process.env, {
    TILLGATE: url,
    ORDER_ID: String(orderId),
    CALLER_TOKEN: await callerToken({ order_ids: [orderId] }),
  })
  const told = await runNode(flag, ['program.ts'], folder)
  expect(sandbox.charges().map(({ amount }) => amount)).toEqual([6098])
  return told.trim()
}

test('openapi-typescript with openapi-fetch: compiled by strict rules, and pays', async () => {
  const folder = newFolder({ 'openapi-fetch': join(root, 'node_modules/openapi-fetch') })
  writeFileSync(join(folder, 'contract.ts'), await clientTypes())
  const told = await payWith(
    folder,
    `import createClient from 'openapi-fetch'
import type { paths } from './contract'
const { TILLGATE = '', CALLER_TOKEN, ORDER_ID } = process.env
const client = createClient<paths>({ baseUrl: TILLGATE, headers: { authorization: \`Bearer \${CALLER_TOKEN}\` } })
const { data, error } = await client.POST('/orders/{id}/pay', {
  params: { path: { id: Number(ORDER_ID) }, header: { 'Idempotency-Key': crypto.randomUUID() } },
  body: ${body},
})
console.log(data?.data.status ?? error?.code)`,
    { preserveSymlinks: true },
  )
  expect(told).toBe('success')
})

test('orval: compiled by strict rules, and pays', async () => {
  const folder = newFolder()
  const config = {
    tillgate: {
      input: contract,
      output: {
        target: './client/tillgate.ts',
        client: 'fetch',
        headers: true,
        baseUrl: 'http://tillgate.test',
      },
    },
  }
  writeFileSync(join(folder, 'orval.config.mjs'), `export default ${JSON.stringify(config)}`)
  await runNode(generator('orval', 'dist/bin/orval.mjs'), ['--config', 'orval.config.mjs'], folder)
  const told = await payWith(
    folder,
    `import { payOrder } from './client/tillgate.ts'
const { TILLGATE = '', CALLER_TOKEN, ORDER_ID } = process.env
const wire = globalThis.fetch
globalThis.fetch = (input, init) => wire(String(input).replace('http://tillgate.test', TILLGATE), init)
const answer = await payOrder(Number(ORDER_ID), ${body}, { 'Idempotency-Key': crypto.randomUUID() }, {
  headers: { authorization: \`Bearer \${CALLER_TOKEN}\` },
})
console.log(answer.status === 201 || answer.status === 202 ? answer.data.data.status : answer.data.code)`,
  )
  expect(told).toBe('success')
})

test('swagger-typescript-api: compiled by strict rules, and pays', async () => {
  const folder = newFolder()
  await runNode(
    program('swagger-typescript-api/dist/cli.mjs'),
    ['generate', '-p', contract, '-o', folder, '-n', 'client.ts', '--silent'],
    folder,
  )
  const told = await payWith(
    folder,
    `import { Api } from './client.ts'
const { TILLGATE = '', CALLER_TOKEN, ORDER_ID } = process.env
const api = new Api({ baseUrl: TILLGATE, baseApiParams: { headers: { authorization: \`Bearer \${CALLER_TOKEN}\` } } })
const { data } = await api.orders.payOrder(Number(ORDER_ID), ${body}, {
  headers: { 'Idempotency-Key': crypto.randomUUID() },
})
console.log(data.data.status)`,
    // What it generates for the transport does not hold under these.
    { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false },
    // It writes an enum.
    '--experimental-transform-types',
  )
  expect(told).toBe('success')
})

test('oazapfts: compiled by strict rules, and pays', async () => {
  const folder = newFolder({ '@oazapfts/runtime': program('@oazapfts/runtime') })
  await runNode(program('oazapfts/dist/cli.js'), [contract, join(folder, 'client.ts')], folder)
  const told = await payWith(
    folder,
    `import * as client from './client.ts'
const { TILLGATE = '', CALLER_TOKEN, ORDER_ID } = process.env
client.defaults.baseUrl = TILLGATE
client.defaults.headers = { authorization: \`Bearer \${CALLER_TOKEN}\` }
const answer = await client.payOrder(Number(ORDER_ID), crypto.randomUUID(), ${body})
console.log(answer.status === 201 ? answer.data.data.status : answer.status)`,
    // What it generates for the transport does not hold under this one.
    { preserveSymlinks: true, exactOptionalPropertyTypes: false },
  )
  expect(told).toBe('success')
})
