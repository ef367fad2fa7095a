import type { OpenApiDocument } from './document.ts'

type Node = Record<string, unknown>

const int32Max = 2 ** 31 - 1

/** Says in plain words what the generator of schemas says at length, so that linters and generators understand it. */
export const withPlainSchemas = (document: OpenApiDocument): OpenApiDocument =>
  plain(document) as OpenApiDocument

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]))
  return withFormat(withoutDatePattern(nullableAsType(node)))
}

/** Integers have a size in most languages; it follows from their bounds. */
function withFormat(node: Node): Node {
  const { type, minimum, maximum, exclusiveMinimum } = node
  const isInteger = type === 'integer' || (Array.isArray(type) && type.includes('integer'))
  if (!isInteger) return node
  const lowest = Number(minimum ?? exclusiveMinimum ?? Number.NaN)
  const isShort = Math.abs(lowest) <= int32Max && Number(maximum ?? Number.NaN) <= int32Max
  return { ...node, format: isShort ? 'int32' : 'int64' }
}

/** `date-time` says it all; the calendar as a regular expression says it in three hundred characters more. */
function withoutDatePattern(node: Node): Node {
  if (node.format !== 'date-time') return node
  const { pattern: _calendar, ...rest } = node
  return rest
}

/** "This or null" as a list of types, which generators turn into an optional value, where `anyOf` becomes a wrapper. */
function nullableAsType(node: Node): Node {
  const { anyOf, ...rest } = node
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return node
  const [first, second] = anyOf as Node[]
  if (second?.type !== 'null' || typeof first?.type !== 'string') return node
  const values = Array.isArray(first.enum) ? { enum: [...first.enum, null] } : {}
  return { ...first, ...rest, ...values, type: [first.type, 'null'] }
}
