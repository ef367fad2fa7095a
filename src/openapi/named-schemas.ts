import type { OpenApiDocument } from './document.ts'

type Node = Record<string, unknown>

const int32Max = 2 ** 31 - 1

/** Simplifies the generated schemas, so that linters and generators of clients understand them. */
export const withPlainSchemas = (document: OpenApiDocument): OpenApiDocument =>
  plain(document) as OpenApiDocument

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]))
  return withFormat(withoutDatePattern(nullableAsType(node)))
}

/** Most languages need the size of an integer; it follows from the bounds. */
function withFormat(node: Node): Node {
  const { type, minimum, maximum, exclusiveMinimum } = node
  const isInteger = type === 'integer' || (Array.isArray(type) && type.includes('integer'))
  if (!isInteger) return node
  const lowest = Number(minimum ?? exclusiveMinimum ?? Number.NaN)
  const isShort = Math.abs(lowest) <= int32Max && Number(maximum ?? Number.NaN) <= int32Max
  return { ...node, format: isShort ? 'int32' : 'int64' }
}

/** `date-time` is enough; the same as a regular expression takes three hundred characters. */
function withoutDatePattern(node: Node): Node {
  if (node.format !== 'date-time') return node
  const { pattern: _calendar, ...rest } = node
  return rest
}

/** "This or null" as a list of types. Generators make an optional value of it; of `anyOf` they make a wrapper. */
function nullableAsType(node: Node): Node {
  const { anyOf, ...rest } = node
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return node
  const [first, second] = anyOf as Node[]
  // An enum would need null among its values, and one generator's output does not compile then.
  if (second?.type !== 'null' || typeof first?.type !== 'string' || first.enum) return node
  return { ...first, ...rest, type: [first.type, 'null'] }
}
