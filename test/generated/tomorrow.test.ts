import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { generator } from '../../tools/generators.ts'
import { compile, contract, installedClient, newFolder, root, runNode } from './generate.ts'

// biome-ignore lint/suspicious/noExplicitAny: the document is only walked through
const document: any = JSON.parse(readFileSync(contract, 'utf8'))
const { responses } = document.paths['/orders/{id}/pay'].post
const { responses: listed } = document.paths['/orders/{id}/payment-methods'].get
const exampleOf = (response: typeof responses.anyOf, media: string) =>
  Object.values<{ value: object }>(response.content[media].examples)[0]?.value

/** Every object with one field more, and every growing set with another word. */
function tomorrows(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tomorrows)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, words[key] ?? tomorrows(member)])
  return { ...Object.fromEntries(members), of_tomorrow: { is: ['new'] } }
}
const words: Readonly<Record<string, unknown>> = {
  code: 'word_of_tomorrow',
  instrument_type: 'stored_wallet',
  transaction_type: 'capture',
  accepts: ['card', 'stored_wallet'],
  bigcommerce_code: 30999,
}

const answers = {
  Problem: tomorrows(exampleOf(responses['402'], 'application/problem+json')),
  PaymentResponse: tomorrows(exampleOf(responses['201'], 'application/json')),
  PaymentMethodsResponse: tomorrows(exampleOf(listed['200'], 'application/json')),
}

test('the answers of tomorrow have what those of today have not', () => {
  expect(answers.Problem).toMatchObject({ code: 'word_of_tomorrow', of_tomorrow: {} })
  expect(answers.PaymentResponse).toMatchObject({
    data: { instrument_type: 'stored_wallet', of_tomorrow: {} },
  })
  expect(answers.PaymentMethodsResponse).toMatchObject({ data: [{ accepts: ['card', 'stored_wallet'] }] })
})

describe("tomorrow's answer is taken by a client of today", () => {
  test.each(Object.entries(answers))('a validator of JSON Schema: %s', (name, answer) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    ajv.addSchema(document, 'contract')
    const validate = ajv.compile({ $ref: `contract#/components/schemas/${name}` })
    validate(answer)
    expect(validate.errors ?? []).toEqual([])
  })

  /** Runs a program that reads each answer by the schemas of a generated client. */
  async function reads(folder: string, importLine: string, schemas: Readonly<Record<string, string>>) {
    writeFileSync(
      join(folder, 'program.ts'),
      `${importLine}
const answers = ${JSON.stringify(answers)}
const schemas = { ${Object.entries(schemas)
        .map(([name, schema]) => `${name}: client.${schema}`)
        .join(', ')} }
for (const [name, schema] of Object.entries(schemas)) schema.parse(answers[name as keyof typeof answers])
console.log('taken')`,
    )
    expect(await runNode('program.ts', [], folder)).toBe('taken\n')
  }

  test('@hey-api/openapi-ts with zod', async () => {
    const folder = newFolder({ zod: join(root, 'node_modules/zod') })
    const config = { input: contract, output: join(folder, 'client'), plugins: ['zod'] }
    writeFileSync(join(folder, 'openapi-ts.config.mjs'), `export default ${JSON.stringify(config)}`)
    await runNode(generator('@hey-api/openapi-ts', 'bin/run.js'), ['--no-log-file'], folder)
    await reads(folder, "import * as client from './client/zod.gen.ts'", {
      Problem: 'zProblem',
      PaymentResponse: 'zPaymentResponse',
      PaymentMethodsResponse: 'zPaymentMethodsResponse',
    })
  })

  test('orval with zod', async () => {
    const folder = newFolder({ zod: join(root, 'node_modules/zod') })
    const output = {
      target: './client/tillgate.ts',
      client: 'zod',
      override: { zod: { generateEachHttpStatus: true } },
    }
    writeFileSync(
      join(folder, 'orval.config.mjs'),
      `export default ${JSON.stringify({ tillgate: { input: contract, output } })}`,
    )
    await runNode(generator('orval', 'dist/bin/orval.mjs'), ['--config', 'orval.config.mjs'], folder)
    await reads(folder, "import * as client from './client/tillgate.ts'", {
      Problem: 'PayOrder402Response',
      PaymentResponse: 'PayOrder201Response',
      PaymentMethodsResponse: 'ListPaymentMethods200Response',
    })
  })

  test('our own, whose types suggest the words of today and take any other', async () => {
    const folder = newFolder({
      '@tillgate/client': await installedClient(),
      'openapi-fetch': join(root, 'node_modules/openapi-fetch'),
    })
    writeFileSync(
      join(folder, 'program.ts'),
      `import { createTillgate, TillgateProblem, type Payment, type PaymentMethods, type ProblemCode } from '@tillgate/client'
const answers = ${JSON.stringify(answers)}
const known: ProblemCode = 'payment_declined'
const other: ProblemCode = 'word_of_tomorrow'
// @ts-expect-error: the states of a payment are all that there are
const state: Payment['status'] = 'state_of_tomorrow'
// Nothing would be left of the words of today, were the type only text.
const suggests: Extract<ProblemCode, 'payment_declined'> extends never ? false : true = true
const answering = (status: number, body: object) => createTillgate({
  baseUrl: 'https://pay.shop.example',
  token: 'a',
  wait: async () => {},
  fetch: async () => Response.json(body, {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  }),
})
const body = { payment: { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' } } as const
const paid: Payment = await answering(201, answers.PaymentResponse).payOrder(215, body)
const methods: PaymentMethods = await answering(200, answers.PaymentMethodsResponse).listPaymentMethods(215)
const refused = await answering(402, answers.Problem).payOrder(215, body).then(
  () => 'paid',
  (error: unknown) => (error instanceof TillgateProblem ? error.code : 'another error'),
)
console.log(known, other, state, suggests, paid.instrument_type, methods.data[0]?.accepts.join('+'), refused)`,
    )
    await compile(folder, { preserveSymlinks: true })
    expect(await runNode('--preserve-symlinks', ['program.ts'], folder)).toBe(
      'payment_declined word_of_tomorrow state_of_tomorrow true stored_wallet card+stored_wallet word_of_tomorrow\n',
    )
  })
})

/** Neither compiler is here. These are what their generators make of a schema, by their documentation. */
describe('the generators for phones', () => {
  const schemas: unknown[] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    schemas.push(node)
    for (const member of Object.values(node)) walk(member)
  }
  for (const name of [
    'Problem',
    'PaymentResponse',
    'PaymentsResponse',
    'PaymentMethodsResponse',
    'Payment',
    'PaymentMethod',
  ])
    walk(document.components.schemas[name])

  test('find no closed object in an answer, for which swift-openapi-generator throws on a field more', () => {
    expect(schemas.filter((schema) => Object(schema).additionalProperties === false)).toEqual([])
  })

  test('find no enum but what is closed for good, since both fail on a word that is not in it', () => {
    const enums = schemas.flatMap((schema) => (Object(schema).enum ? [Object(schema).enum] : []))
    expect(enums.map((words) => words[0]).sort()).toEqual(['processing', 'same_key'])
    expect(enums.flat()).not.toContain(null)
  })
})
