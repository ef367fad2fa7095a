import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createTillgate, type PaymentRequest } from '../../clients/typescript/src/index.ts'
import { compile, contract, installedClient, newFolder, root } from '../generated/generate.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'
import { snippetsOf, writeSnippets } from './snippets.ts'

const page = (name: string) => snippetsOf(join(root, 'docs/integrate', name))
const packages = async () => ({
  '@tillgate/client': await installedClient(),
  'openapi-fetch': join(root, 'node_modules/openapi-fetch'),
  jose: join(root, 'node_modules/jose'),
})
const operationIds = Object.values<Record<string, { operationId: string }>>(
  JSON.parse(readFileSync(contract, 'utf8')).paths,
).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))

/** What the reader's shop has already. */
function writeShop(folder: string): void {
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(
    join(folder, 'lib/shopper.ts'),
    `export async function shopperOf(_request: Request, orderId: number) {
      const customerId: number | null = 11
      return orderId > 0 ? { id: 'shopper-7', customerId } : null
    }
    export const shopperOfCart = async (_request: Request, checkoutId: string) =>
      checkoutId === '' ? null : { id: 'shopper-7' }`,
  )
  writeFileSync(
    join(folder, 'node.d.ts'),
    `declare const process: { env: Record<string, string | undefined> }
    declare const fetchCallerToken: () => Promise<string>
    declare const payment: import('@tillgate/client').PaymentRequest['payment']`,
  )
}

describe('in a storefront', () => {
  test('what is shown compiles against the client as it is installed', async () => {
    const folder = newFolder(await packages())
    writeShop(folder)
    writeSnippets(page('storefront.md'), folder)
    writeSnippets(
      [
        { language: 'ts', file: 'lib/client-readme.ts', text: firstProgram('clients/typescript/README.md') },
        { language: 'ts', file: 'lib/readme.ts', text: firstProgram('README.md') },
      ],
      folder,
    )

    await compile(folder, { preserveSymlinks: true })
  })

  test('the token that the route mints is taken by the service, for its order only', async () => {
    const folder = newFolder(await packages())
    writeShop(folder)
    writeSnippets(page('storefront.md'), folder)
    Object.assign(process.env, authEnvironment)
    const { POST } = (await import(join(folder, 'app/api/caller-token/route.ts'))) as {
      POST: (request: Request) => Promise<Response>
    }
    const mint = async (orderId: number) =>
      POST(
        new Request('https://shop.example/', { method: 'POST', body: JSON.stringify({ order_id: orderId }) }),
      )
    const { sandbox, call } = await startTillgate()
    const [ours, other] = [createOrder(sandbox), createOrder(sandbox)]
    const answer = await mint(ours)
    const { token } = (await answer.json()) as { token: string }

    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await call.methods(ours, token)).status).toBe(200)
    expect((await call.methods(other, token)).status).toBe(404)
    expect((await mint(-1)).status).toBe(404)
  })
})

test('from a cart to paid by what the storefront page shows, with one charge', async () => {
  const folder = newFolder(await packages())
  writeShop(folder)
  writeSnippets(page('storefront.md'), folder)
  Object.assign(process.env, authEnvironment)
  const { POST } = (await import(join(folder, 'app/api/checkout-token/route.ts'))) as {
    POST: (request: Request) => Promise<Response>
  }
  const mint = async (checkoutId: string) =>
    POST(
      new Request('https://shop.example/', {
        method: 'POST',
        body: JSON.stringify({ checkout_id: checkoutId }),
      }),
    )
  const { sandbox, url } = await startTillgate({ environment: { CHECKOUT_PAYMENTS: 'true' } })
  const [ours, other] = [11, 11].map((customer_id) => sandbox.checkouts.create({ customer_id }).id)
  const { token } = (await (await mint(String(ours))).json()) as { token: string }
  const tillgate = createTillgate({ baseUrl: url, token })

  const { meta } = await tillgate.listCheckoutPaymentMethods(String(ours))
  const { payment } = cardPayment() as PaymentRequest
  const paid = await tillgate.payCheckout(String(ours), { payment, expected_amount: meta.checkout.amount })

  expect(paid).toMatchObject({ status: 'success', amount: meta.checkout.amount })
  expect(await tillgate.getPayment(Number(paid.order_id), paid.id)).toMatchObject({ status: 'success' })
  expect(sandbox.charges()).toHaveLength(1)
  await expect(tillgate.listCheckoutPaymentMethods(String(other))).rejects.toMatchObject({ status: 404 })
  expect((await mint('')).status).toBe(404)
})

const firstProgram = (path: string) =>
  snippetsOf(join(root, path)).find(({ language }) => language === 'ts')?.text ?? ''

test('what is shown for React Native compiles', async () => {
  const folder = newFolder(await packages())
  writeSnippets(page('react-native.md'), folder)
  writeFileSync(
    join(folder, 'async-storage.d.ts'),
    `declare module '@react-native-async-storage/async-storage' {
      const AsyncStorage: {
        getItem(key: string): Promise<string | null>
        setItem(key: string, value: string): Promise<void>
        removeItem(key: string): Promise<void>
      }
      export default AsyncStorage
    }
    declare module 'react-native-get-random-values' {}`,
  )

  await compile(folder, { preserveSymlinks: true })
})

const configuration = (name: string, file: string) => {
  const found = page(name).find((snippet) => snippet.file === file)
  return parse(found?.text ?? '') as Record<string, unknown>
}

test("the settings for iOS are the generator's own, and name operations that there are", () => {
  const settings = configuration('ios.md', 'Sources/Payments/openapi-generator-config.yaml')
  const { generate, accessModifier, namingStrategy, filter, ...others } = settings

  expect(generate).toEqual(['types', 'client'])
  expect(['public', 'package', 'internal']).toContain(accessModifier)
  expect(['defensive', 'idiomatic']).toContain(namingStrategy)
  expect(others).toEqual({})
  const { operations, ...otherFilters } = filter as { operations: string[] }
  expect(operationIds).toEqual(expect.arrayContaining(operations))
  expect(otherFilters).toEqual({})
})

test("the settings for Android are the generator's own, and name operations that there are", () => {
  const settings = configuration('android.md', 'tillgate.yaml')
  const { openapiNormalizer, additionalProperties, ...others } = settings
  const { FILTER: filter } = openapiNormalizer as { FILTER: string }

  expect(others).toEqual({
    generatorName: 'kotlin',
    inputSpec: 'openapi.json',
    outputDir: 'payments',
    library: 'jvm-retrofit2',
  })
  expect(operationIds).toEqual(expect.arrayContaining(filter.replace('operationId:', '').split('|')))
  expect(Object.keys(additionalProperties as object).sort()).toEqual([
    'dateLibrary',
    'enumPropertyNaming',
    'generateOneOfAnyOfWrappers',
    'packageName',
    'serializationLibrary',
    'useCoroutines',
  ])
})

test('no page shows code that is not named here', () => {
  const languages = ['README.md', 'storefront.md', 'react-native.md', 'ios.md', 'android.md'].flatMap(
    (name) => page(name).map(({ language, file }) => `${name} ${language} ${file}`.trim()),
  )
  expect(languages).toEqual([
    'README.md http',
    'storefront.md sh',
    'storefront.md ts app/api/caller-token/route.ts',
    'storefront.md ts lib/checkout.ts',
    'storefront.md ts app/api/checkout-token/route.ts',
    'storefront.md ts lib/pay-cart.ts',
    'react-native.md sh',
    'react-native.md ts payments.ts',
    'ios.md swift Tillgate.swift',
    'ios.md yaml Sources/Payments/openapi-generator-config.yaml',
    'ios.md swift Package.swift',
    'android.md kotlin Tillgate.kt',
    'android.md yaml tillgate.yaml',
  ])
})
