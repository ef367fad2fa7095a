import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readErrorEnvelope } from '../../../src/clients/bigcommerce/envelope.ts'

const type = '/api-docs/getting-started/api-status-codes'

test.each([
  ['whole', { status: 422, title: 'Declined', type, code: 30102, errors: {} }, 30102],
  ['with no errors, which are optional', { status: 422, title: 'Declined', type, code: 30102 }, 30102],
  ['with a numeric string for a code', { status: 422, title: 'Declined', type, code: '30102' }, 30102],
  ['with a number that is none of its codes', { status: 422, title: 'x', type, code: 4242424242424242 }, 0],
  ['with the old number 3001', { status: 422, title: 'Misconfigured', type, code: 3001 }, 30001],
  ['with no code, which is optional', { status: 404, title: 'Not found', type }, null],
  ['with errors and no code', { status: 422, title: 'Invalid', type, errors: { number: 'required' } }, null],
  ['with a code and a title that is no text', { status: 422, title: null, code: 30102 }, 30102],
  [
    'with fields added later',
    { status: 422, title: 'Declined', type, code: 30102, instance: '/x', detail: 'x' },
    30102,
  ],
])('an envelope %s is read', (_how, json, code) => {
  expect(readErrorEnvelope(json)?.code).toBe(code)
})

test('only a map with members names wrong fields', () => {
  const named = (errors: unknown) =>
    readErrorEnvelope({ title: 'Invalid', code: null, errors })?.hasFieldErrors
  expect(named({ 'payment.instrument.number': 'required' })).toBe(true)
  for (const errors of [{}, [], [{ code: 'x' }], null, 'number', 7])
    expect(named(errors), String(errors)).toBe(false)
})

test("the words of the storefront SDK's list are read, with or without the rest of an envelope", () => {
  const errors = [{ code: 'three_d_secure_required', message: 'x' }, { message: 'no code' }, 'text', null]
  const words = ['three_d_secure_required', '', '', '']
  expect(readErrorEnvelope({ status: 'error', errors })?.errorWords).toEqual(words)
  expect(readErrorEnvelope({ title: 'x', code: null, errors })?.errorWords).toEqual(words)
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'Unauthorized'],
  ['a v2 list', [{ status: 404, message: 'Not found' }]],
  ['an empty object', {}],
  ['a message of some gateway between', { message: 'no Route matched' }],
  ['a body of no envelope', { status: 500, errors: {} }],
])('%s is no envelope', (_what, json) => {
  expect(readErrorEnvelope(json)).toBeNull()
})

test('reading an envelope never throws, whatever JSON comes', () => {
  const codeThatIsNoText = JSON.parse('{"title":"x","code":1,"errors":[{"code":{"toString":1,"valueOf":1}}]}')
  const envelope = fc.record(
    {
      title: fc.jsonValue(),
      code: fc.jsonValue(),
      errors: fc.oneof(fc.jsonValue(), fc.array(fc.record({ code: fc.jsonValue() }))),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), envelope), (json) => {
      expect(() => readErrorEnvelope(json)).not.toThrow()
    }),
    { examples: [[codeThatIsNoText]] },
  )
})
