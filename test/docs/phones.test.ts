import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROBLEM_CODES } from '../../src/domain/problems.ts'
import { contract, root } from '../generated/generate.ts'
import { snippetsOf } from './snippets.ts'

interface Schema {
  readonly type?: string | readonly string[]
  readonly $ref?: string
  readonly const?: string
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}
interface Field {
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
}
/** A type of the snippet that has the name of one of the contract's. */
interface Shown {
  readonly fields: readonly Field[]
  /** What the snippet writes as `type`. */
  readonly kind: string | null
}

const schemas = JSON.parse(readFileSync(contract, 'utf8')).components.schemas as Record<string, Schema>
const sent = [
  'CardInstrument',
  'StoredCardInstrument',
  'StoredPaypalAccountInstrument',
  'StoredBankAccountInstrument',
  'TokenizedCardInstrument',
  'GiftCertificateInstrument',
  'StoreCreditInstrument',
  'PayOrderPayment',
  'PayOrderRequest',
]
const received = ['Payment', 'PaymentMeta', 'PaymentResponse', 'PaymentsResponse', 'Problem']

const textOf = (page: string, file: string) =>
  snippetsOf(join(root, 'docs/integrate', page)).find((snippet) => snippet.file === file)?.text ?? ''

const fieldOf = (name: string, type: string): Field => ({
  name,
  type: type.replace(/\?$/, ''),
  isOptional: type.endsWith('?'),
})

function swiftTypes(text: string): Map<string, Shown> {
  const structs = [...text.matchAll(/^struct (\w+): (?:En|De)codable \{(.*?)\}$/gms)]
  return new Map(
    structs.map(([, name = '', body = '']) => [
      name,
      {
        kind: /let type = "(\w+)"/.exec(body)?.[1] ?? null,
        fields: [...body.matchAll(/(\w+): (\[?\w+\]?\??)/g)].map(([, field = '', type = '']) =>
          fieldOf(field, type.replace(/\[(\w+)\]/, 'List<$1>')),
        ),
      },
    ]),
  )
}

function kotlinTypes(text: string): Map<string, Shown> {
  const classes = [
    ...text.matchAll(
      /@Serializable(?:\s+@SerialName\("(\w+)"\))?\s+data (?:class (\w+)\((.*?)\)|object (\w+))/gs,
    ),
  ]
  return new Map(
    classes.map(([, kind, name = '', body = '', object = '']) => [
      name || object,
      {
        kind: kind ?? null,
        fields: [...body.matchAll(/val (\w+): ([\w<>]+\??)/g)].map(([, field = '', type = '']) =>
          fieldOf(field, type),
        ),
      },
    ]),
  )
}

/** The names that a schema's type has in both languages; the service takes some numbers as text too. */
function namesOf(schema: Schema | undefined, boolean: string): string[] {
  if (schema === undefined) return ['not in the contract']
  if (schema.$ref) return [schema.$ref.split('/').at(-1) ?? '']
  if (schema.anyOf) return schema.anyOf.flatMap((each) => namesOf(each, boolean))
  const [first = ''] = [schema.type ?? []].flat()
  if (first === 'array') return namesOf(schema.items, boolean).map((name) => `List<${name}>`)
  return [{ string: 'String', integer: 'Int', boolean, number: 'Double' }[first] ?? first]
}

const mayBeAbsent = (schema: Schema, name: string) =>
  !schema.required?.includes(name) || [schema.properties?.[name]?.type].flat().includes('null')

describe.each([
  ['ios.md', 'Tillgate.swift', swiftTypes, 'Bool'],
  ['android.md', 'Tillgate.kt', kotlinTypes, 'Boolean'],
] as const)('the client on %s', (page, file, read, boolean) => {
  const text = textOf(page, file)
  const shown = read(text)

  test.each([...sent, ...received])('has %s as the contract has it', (name) => {
    const schema = schemas[name] ?? {}
    const { fields = [] } = shown.get(name) ?? {}
    expect(shown.has(name)).toBe(true)
    for (const field of fields.filter((each) => each.name !== 'type')) {
      expect(namesOf(schema.properties?.[field.name], boolean), field.name).toContain(field.type)
      expect([field.name, field.isOptional]).toEqual([field.name, mayBeAbsent(schema, field.name)])
    }
  })

  test.each(sent)('sends what %s requires', (name) => {
    const { fields = [], kind } = shown.get(name) ?? { kind: null }
    const names = [...fields.map((field) => field.name), ...(kind === null ? [] : ['type'])]
    expect(names).toEqual(expect.arrayContaining([...(schemas[name]?.required ?? [])]))
  })

  test('knows every kind of instrument, by its own word', () => {
    const refs = (schemas.PaymentInstrument?.oneOf ?? schemas.PaymentInstrument?.anyOf ?? []).map(
      ({ $ref = '' }) => $ref.split('/').at(-1) ?? '',
    )
    const word = (name: string) => {
      const { const: only, enum: some } = schemas[name]?.properties?.type ?? {}
      return only ?? some?.[0]
    }
    expect(refs.length).toBe(7)
    expect(refs.map((name) => [name, shown.get(name)?.kind])).toEqual(refs.map((name) => [name, word(name)]))
  })

  test('calls operations that there are, and branches on codes that there are', () => {
    const { paths } = JSON.parse(readFileSync(contract, 'utf8')) as { paths: Record<string, object> }
    const known = Object.keys(paths).map((path) => path.slice(1).replace(/\{\w+\}/g, '{}'))
    const called = [...text.matchAll(/"(orders\/[^"]*)"/g)].map(([, path = '']) =>
      path.replace(/\\\([\w.]+\)|\$\w+/g, '{}'),
    )
    const codes = [...text.matchAll(/"((?:order|idempotency)_\w+)"/g)].map(([, code = '']) => code)

    expect(called.length).toBeGreaterThan(2)
    expect(known).toEqual(expect.arrayContaining(called))
    expect(codes.length).toBeGreaterThan(2)
    expect(PROBLEM_CODES).toEqual(expect.arrayContaining(codes))
  })

  test('is as small as it is said to be', () => {
    expect(text.split('\n').length).toBeLessThan(210)
  })
})
