import type { OpenApiDocument } from './document.ts'

/**
 * Leaves answers open: fields may be added to them, and a client that was generated strictly from closed objects would fail on
 * the first answer with one more. Requests stay closed, because a field that we do not know may be a mistake about money.
 */
export function withOpenAnswers(document: OpenApiDocument): OpenApiDocument {
  const schemas = document.components?.schemas ?? {}
  const sent = new Set<string>()
  const collect = (node: unknown) => {
    for (const [, name = ''] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (sent.has(name)) continue
      sent.add(name)
      collect(schemas[name] ?? {})
    }
  }
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      collect(operation.requestBody ?? {})
      operation.responses = opened(operation.responses) as typeof operation.responses
    }
  }
  const answered = Object.entries(schemas).map(([name, schema]) => [
    name,
    sent.has(name) ? schema : opened(schema),
  ])
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(answered) } }
}

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(
    ([key, member]) => key !== 'additionalProperties' || member !== false,
  )
  return Object.fromEntries(members.map(([key, member]) => [key, opened(member)]))
}
