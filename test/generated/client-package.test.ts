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
  // Nothing listens there. It may have arrived for all the client knows, so it says "after", not "failed".
  const told = await runNode('--preserve-symlinks', ['program.ts'], folder)
  expect(told.trim()).toBe('after')
})

test('depends on openapi-fetch alone, in the version that is tested', async () => {
  const { devDependencies, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

  expect(manifest.dependencies).toEqual({ 'openapi-fetch': devDependencies['openapi-fetch'] })
  expect(manifest).toMatchObject({ version, private: true, sideEffects: false, type: 'module' })
  expect(manifest.files).toEqual(['dist'])
})

test('runs where there is nothing of Node, and no crypto: React Native, a page without HTTPS', async () => {
  const folder = await installed()
  writeFileSync(
    join(folder, 'bare.mjs'),
    // Node's own fetch needs its Buffer; that the client does not is for the compiler to see, which knows no Node there.
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
