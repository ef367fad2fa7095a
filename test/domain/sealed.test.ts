import { format, inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { createKeyedDigest, reveal, Sealed, sealInstrument } from '../../src/domain/sealed.ts'
import { validInstruments } from './samples.ts'

const number = '4242429999994242'
const sealed = new Sealed(number)

const ways: readonly [string, (value: unknown) => unknown][] = [
  ['JSON', (value) => JSON.stringify({ value })],
  ['a template string', (value) => `${value}`],
  ['String()', (value) => String(value)],
  ['a concatenation', (value) => `${value as string}-`],
  ['inspection', (value) => inspect(value)],
  ['inspection of all there is', (value) => inspect(value, { showHidden: true, depth: 9, getters: true })],
  [
    'inspection without custom ways',
    (value) => inspect({ value }, { customInspect: false, showHidden: true }),
  ],
  ['the console', (value) => format('%s %o %O %j %d', value, value, value, value, value)],
  ["an error's message", (value) => inspect(new Error(`refused ${value}`))],
  [
    "an error's cause and properties",
    (value) => inspect(Object.assign(new Error('x', { cause: value }), { value })),
  ],
  ['a structured clone', (value) => inspect(structuredClone(value), { showHidden: true })],
  ['V8\u2019s serialiser', (value) => inspect(deserialize(serialize(value)), { showHidden: true })],
  ['a copy', (value) => JSON.stringify({ ...(value as object) })],
  ['an assignment', (value) => inspect(Object.assign({}, value))],
  ['its own properties', (value) => inspect(Object.getOwnPropertyDescriptors(value))],
  [
    'its keys and entries',
    (value) => inspect([Reflect.ownKeys(value as object), Object.entries(value as object)]),
  ],
  ['a query string', (value) => new URLSearchParams({ value: value as string }).toString()],
  ['an array', (value) => inspect([[value]].join())],
]

test.each(ways)('a sealed value is not visible by %s', (_way, shown) => {
  expect(String(shown(sealed))).not.toMatch(/4242|9999/)
  expect(String(shown({ deep: { sealed } }))).not.toMatch(/4242|9999/)
})

test('it says that something is sealed', () => {
  expect(JSON.stringify({ sealed })).toBe('{"sealed":"[sealed]"}')
  expect(inspect(sealed)).toBe('[sealed]')
})

test('reveal gives the value back as it was', () => {
  expect(reveal(sealed)).toBe(number)
  expect(() => reveal({} as Sealed<string>)).toThrow(TypeError)
})

test.each(Object.values(validInstruments))('of a sealed $type only the type is visible', (instrument) => {
  const all = inspect(sealInstrument(instrument), { showHidden: true, depth: 9 })
  const { type, ...values } = instrument
  expect(all).toContain(`type: '${type}'`)
  for (const value of Object.values(values)) {
    if (String(value).length > 2)
      expect(all.replace(/digest: '[0-9a-f]{64}'/, '')).not.toContain(String(value))
  }
  expect(reveal(sealInstrument(instrument).fields)).toEqual(instrument)
})

describe('a keyed digest', () => {
  const digest = createKeyedDigest(new Sealed('store-token'), 'velocity')

  test('is the same on every instance, and differs by text, secret and purpose', () => {
    expect(createKeyedDigest(new Sealed('store-token'), 'velocity')('address 203.0.113.9')).toBe(
      digest('address 203.0.113.9'),
    )
    const others = [
      digest('address 203.0.113.8'),
      createKeyedDigest(new Sealed('other-token'), 'velocity')('address 203.0.113.9'),
      createKeyedDigest(new Sealed('store-token'), 'other')('address 203.0.113.9'),
    ]
    expect(new Set([digest('address 203.0.113.9'), ...others]).size).toBe(4)
  })

  test('shows nothing of the text or the secret', () => {
    expect(digest('address 203.0.113.9')).toMatch(/^[\w-]{43}$/)
  })
})
