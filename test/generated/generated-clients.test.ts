import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientTypes, generator } from '../../tools/generators.ts'
import { compile, contract, newFolder, root, runNode, unionProgram } from './generate.ts'

const body = `{
  payment: {
    instrument: { type: 'stored_card', token: 'x'.repeat(64) },
    payment_method_id: 'stripe.card',
  },
  expected_amount: 6098,
}`

test('openapi-typescript and openapi-fetch', async () => {
  const folder = newFolder({ 'openapi-fetch': join(root, 'node_modules/openapi-fetch') })
  writeFileSync(join(folder, 'contract.ts'), await clientTypes())
  writeFileSync(
    join(folder, 'program.ts'),
    `import createClient from 'openapi-fetch'
${unionProgram("import type { components, paths } from './contract'", "components['schemas']['PaymentInstrument']")}
const client = createClient<paths>({ baseUrl: 'https://pay.shop.example' })
export async function pay(): Promise<string> {
  const { data, error } = await client.POST('/orders/{id}/pay', {
    params: { path: { id: 215 }, header: { 'Idempotency-Key': 'x'.repeat(16) } },
    body: ${body},
  })
  if (error) return error.retry satisfies 'same_key' | 'new_key' | 'after' | 'never'
  return data.data.status
}`,
  )
  await compile(folder)
})

test('@hey-api/openapi-ts', async () => {
  const folder = newFolder()
  const program = generator('@hey-api/openapi-ts', 'bin/run.js')
  await runNode(program, ['-i', contract, '-o', join(folder, 'client'), '--no-log-file'], folder)
  writeFileSync(
    join(folder, 'program.ts'),
    `import { payOrder } from './client'
${unionProgram("import type { PaymentInstrument } from './client'", 'PaymentInstrument')}
export async function pay(): Promise<string> {
  const { data, error } = await payOrder({
    path: { id: 215 },
    headers: { 'Idempotency-Key': 'x'.repeat(16) },
    body: ${body},
  })
  return data?.data.status ?? error?.retry ?? 'lost'
}`,
  )
  // What it generates for the transport does not hold under this one.
  await compile(folder, { exactOptionalPropertyTypes: false })
})

test('orval', async () => {
  const folder = newFolder()
  const config = {
    tillgate: { input: contract, output: { target: './client/tillgate.ts', client: 'fetch', headers: true } },
  }
  writeFileSync(join(folder, 'orval.config.mjs'), `export default ${JSON.stringify(config)}`)
  await runNode(generator('orval', 'dist/bin/orval.mjs'), ['--config', 'orval.config.mjs'], folder)
  writeFileSync(
    join(folder, 'program.ts'),
    `import { payOrder } from './client/tillgate'
${unionProgram("import type { PaymentInstrument } from './client/tillgate'", 'PaymentInstrument')}
export async function pay(): Promise<string> {
  const answer = await payOrder(215, ${body}, { 'Idempotency-Key': 'x'.repeat(16) })
  return answer.status === 201 || answer.status === 202 ? answer.data.data.status : answer.data.retry
}`,
  )
  await compile(folder)
})

test('the types of our own client are up to date; `npm run client:types` writes them', async () => {
  const path = join(root, 'clients/typescript/src/openapi.ts')
  expect(await readFile(path, 'utf8')).toBe(await clientTypes())
})
