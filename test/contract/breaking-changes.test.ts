import { describe, expect, test } from 'vitest'
import { openapiDocument } from '../../scripts/openapi-document.ts'
import { lastPublished, mayBreak } from '../../scripts/published-openapi.ts'
import { breakingChanges } from '../../tools/breaking-changes.ts'

const document = JSON.parse(await openapiDocument())
const last = await lastPublished()

// biome-ignore lint/suspicious/noExplicitAny: it is bent out of shape
type Bend = (document: any) => void

const changed = (bend: Bend) => {
  const copy = structuredClone(document)
  bend(copy)
  return breakingChanges(document, copy)
}

/** The payment of a checkout has no order at first, so a payment's `order_id` may be null (decision 0043). */
const announced = [
  '/orders/{id}/pay post responses 201 content application/json schema properties data properties',
  '/orders/{id}/pay post responses 202 content application/json schema properties data properties',
  '/orders/{id}/payments get responses 200 content application/json schema properties data items properties',
  '/orders/{id}/payments/{paymentId} get responses 200 content application/json schema properties data properties',
].map((path) => `replace paths ${path} order_id type`)

test('nothing breaks the last published document, unless the version says so', () => {
  const isSaid = mayBreak(last.version, document.info.version)
  expect(isSaid ? [] : breakingChanges(JSON.parse(last.text), document)).toEqual(announced)
})

test('a published document has the version of its file name', () => {
  expect(JSON.parse(last.text).info.version).toBe(last.version)
})

describe('it is a breaking change', () => {
  test.each<[string, Bend]>([
    ['to remove an operation', (it) => delete it.paths['/orders/{id}/payments'].get],
    ['to remove a path', (it) => delete it.paths['/orders/{id}/payments']],
    ['to remove an answer', (it) => delete it.paths['/orders/{id}/pay'].post.responses['202']],
    [
      'to remove a header of an answer',
      (it) => delete it.paths['/orders/{id}/pay'].post.responses['202'].headers.Location,
    ],
    ['to remove a field', (it) => delete it.components.schemas.Payment.properties.status],
    ['to make a field optional in answers', (it) => it.components.schemas.Payment.required.pop()],
    [
      'to give a field another type',
      (it) => {
        it.components.schemas.Payment.properties.id.type = 'integer'
      },
    ],
    [
      'to add a word to a closed set of answers',
      (it) => it.components.schemas.Payment.properties.status.enum.push('lost'),
    ],
    [
      'to close an answer',
      (it) => {
        it.components.schemas.Payment.additionalProperties = false
      },
    ],
    [
      'to close an object within an answer',
      (it) => {
        it.components.schemas.PaymentMethodsResponse.properties.meta.additionalProperties = false
      },
    ],
    [
      'to close a set that may grow',
      (it) => {
        const { code } = it.components.schemas.Problem.properties
        code.enum = code['x-extensible-enum']
      },
    ],
    [
      'to close what is in a list',
      (it) => {
        it.components.schemas.PaymentMethod.properties.accepts.items.const = 'card'
      },
    ],
    [
      'to give a field another pattern',
      (it) => {
        it.components.schemas.PayOrderPayment.properties.payment_method_id.pattern = '^[a-z.]+$'
      },
    ],
    ['to require a field', (it) => it.components.schemas.CardInstrument.required.push('issue_month')],
    ['to remove an instrument', (it) => it.components.schemas.PaymentInstrument.oneOf.pop()],
    [
      'to narrow a field',
      (it) => {
        it.components.schemas.CardInstrument.properties.cardholder_name.maxLength = 20
      },
    ],
    [
      'to require a parameter',
      (it) =>
        it.paths['/orders/{id}/payments'].get.parameters.push({
          in: 'query',
          name: 'page',
          required: true,
          schema: { type: 'integer' },
        }),
    ],
    [
      'to require credentials',
      (it) => {
        it.paths['/livez'].get.security = [{ callerToken: [] }]
      },
    ],
    [
      'to rename a generated function',
      (it) => {
        it.paths['/livez'].get.operationId = 'live'
      },
    ],
  ])('%s', (_name, bend) => {
    expect(changed(bend)).not.toEqual([])
  })
})

describe('it breaks no client', () => {
  test.each<[string, Bend]>([
    [
      'to change a description',
      (it) => {
        it.components.schemas.Payment.description = 'A payment.'
      },
    ],
    [
      'to add an operation',
      (it) => {
        it.paths['/health'] = it.paths['/livez']
      },
    ],
    [
      'to add a field to answers',
      (it) => {
        it.components.schemas.Payment.properties.note = { type: 'string' }
        it.components.schemas.Payment.required.push('note')
      },
    ],
    [
      'to add an optional field to requests',
      (it) => {
        it.components.schemas.PayOrderRequest.properties.note = { type: 'string' }
      },
    ],
    [
      'to add a problem',
      (it) => it.components.schemas.Problem.properties.code['x-extensible-enum'].push('too_late'),
    ],
    [
      'to take any text on one line',
      (it) => {
        const { number, cardholder_name } = it.components.schemas.CardInstrument.properties
        number.pattern = cardholder_name.pattern
      },
    ],
    [
      'to give an answer more room',
      (it) => {
        it.components.schemas.Payment.properties.payment_method_id.maxLength = 4_000
      },
    ],
    [
      'to add an instrument type to answers',
      (it) =>
        it.components.schemas.PaymentMethod.properties.accepts.items['x-extensible-enum'].push('cheque'),
    ],
  ])('%s', (_name, bend) => {
    expect(changed(bend)).toEqual([])
  })
})

test('it breaks no client to open what was closed, and requests stay closed', () => {
  const strict = structuredClone(document)
  strict.components.schemas.Payment.additionalProperties = false
  const { code } = strict.components.schemas.Problem.properties
  code.enum = code['x-extensible-enum']
  expect(breakingChanges(strict, document)).toEqual([])
  const { PayOrderRequest, PayOrderPayment, CardInstrument } = document.components.schemas
  for (const schema of [PayOrderRequest, PayOrderPayment, CardInstrument]) {
    expect(schema.additionalProperties).toBe(false)
  }
})

test.each([
  ['0.1.0', '0.1.1', false],
  ['0.1.0', '0.2.0', true],
  ['0.9.0', '1.0.0', true],
  ['1.2.0', '1.3.0', false],
  ['1.2.0', '2.0.0', true],
  ['2.0.0', '1.9.0', false],
])('from %s to %s a change may break: %s', (before, after, isAllowed) => {
  expect(mayBreak(before, after)).toBe(isAllowed)
})
