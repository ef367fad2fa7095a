import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile, installedClient, newFolder, root, runNode } from './generate.ts'

const manifest = JSON.parse(await readFile(join(root, 'clients/typescript/package.json'), 'utf8'))

const installed = async () =>
  newFolder({
    '@tillgate/client': await installedClient(),
    'openapi-fetch': join(root, 'node_modules/openapi-fetch'),
  })

const program = `import { createTillgate, PaymentUnresolved, TillgateProblem, type Payment } from '@tillgate/client'
const tillgate = createTillgate({
  baseUrl: 'http://127.0.0.1:9',
  token: 'a',
  wait: async () => {},
})
export const pay = (): Promise<Payment> =>
  tillgate.payOrder(215, {
    payment: { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' },
  }, { maxWaitMs: 0 })
const advice = await pay().then(
  () => 'paid',
  (error: unknown) => (error instanceof TillgateProblem || error instanceof PaymentUnresolved ? error.retry : 'thrown'),
)
console.log(advice)
`

test('compiles and runs where it is installed, as Node and as bundlers resolve it', async () => {
  const folder = await installed()
  writeFileSync(join(folder, 'program.ts'), program)

  await compile(folder, { preserveSymlinks: true })
  await compile(folder, { preserveSymlinks: true, module: 'nodenext', moduleResolution: 'nodenext' })
  // No server listens there. The client cannot know whether the request arrived, so the advice is "after".
  const told = await runNode('--preserve-symlinks', ['program.ts'], folder)
  expect(told.trim()).toBe('after')
})

test('depends on openapi-fetch only, in the version that the tests use', async () => {
  const { devDependencies, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

  expect(manifest.dependencies).toEqual({ 'openapi-fetch': devDependencies['openapi-fetch'] })
  expect(manifest).toMatchObject({ version, sideEffects: false, type: 'module' })
  expect(manifest.files).toEqual(['dist'])
})

test('runs without any part of Node and without crypto, as in React Native or on a page without HTTPS', async () => {
  const folder = await installed()
  writeFileSync(
    join(folder, 'bare.mjs'),
    // Buffer stays, because Node's own fetch needs it. That the client does not use it is checked by the compiler, which has no types of Node.
    `delete globalThis.process
delete globalThis.setImmediate
Object.defineProperty(globalThis, 'crypto', { value: undefined })
AbortSignal.any = undefined
AbortSignal.timeout = undefined
AbortSignal.prototype.throwIfAborted = undefined
const { createTillgate } = await import('@tillgate/client')
let key
const tillgate = createTillgate({
  baseUrl: 'https://pay.shop.example',
  token: 'a',
  fetch: async (request) => {
    key = request.headers.get('idempotency-key')
    return Response.json({ data: { id: 'p', status: 'success' }, meta: {} }, { status: 201 })
  },
})
const body = { payment: { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' } }
const { status } = await tillgate.payOrder(215, body, { signal: new AbortController().signal })
console.log(status, key)
`,
  )
  const told = await runNode('--preserve-symlinks', ['bare.mjs'], folder)
  expect(told).toMatch(/^success [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$/)
})
