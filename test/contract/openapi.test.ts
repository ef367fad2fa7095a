import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openapiDocument } from '../../scripts/openapi-document.ts'
import { INSTRUMENT_TYPES, PaymentInstrument } from '../../src/domain/payment-instrument.ts'
import { openapiErrors } from '../../tools/openapi-errors.ts'

const root = join(import.meta.dirname, '../..')

test('openapi/openapi.json is up to date; `npm run openapi` writes it', async () => {
  const published = await readFile(join(root, 'openapi/openapi.json'), 'utf8')
  // Which schema stands first depends on what this worker has loaded before; nothing else does.
  expect(JSON.parse(published)).toEqual(JSON.parse(await openapiDocument()))
})

describe('the document', async () => {
  const document = JSON.parse(await openapiDocument())
  const operations = Object.values<Record<string, unknown>>(document.paths).flatMap((methods) =>
    Object.values(methods),
  )

  test('is valid OpenAPI 3.1', async () => {
    expect(await openapiErrors(document)).toEqual([])
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  test('gives each operation an id, a summary and, where it has one, its security', () => {
    for (const operation of operations) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) })
    }
    expect(document.paths['/orders/{id}/pay'].post.security).toEqual([{ callerToken: [] }])
  })

  test('shows a valid body for each kind of instrument', () => {
    const { examples } = document.paths['/orders/{id}/pay'].post.requestBody.content['application/json']
    const shown = Object.values<{ value: { payment: { instrument: { type: string } } } }>(examples)
    for (const { value } of shown) PaymentInstrument.parse(value.payment.instrument)
    expect(new Set(shown.map(({ value }) => value.payment.instrument.type))).toEqual(
      new Set(INSTRUMENT_TYPES),
    )
  })

  test('shows an example of every problem that it documents', () => {
    const responses = operations.flatMap((operation) => Object.entries(Object(operation).responses))
    for (const [status, response] of responses) {
      const problem = Object(response).content?.['application/problem+json']
      if (!problem) continue
      const shown = Object.values<{ value: { status: number } }>(problem.examples)
      expect(shown.length, status).toBeGreaterThan(0)
      for (const { value } of shown) expect(String(value.status)).toBe(status)
    }
  })
})
