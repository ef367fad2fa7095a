import { apiDiff, type Diff } from 'api-smart-diff'

/**
 * Changes of the document that may break a client written for the one before, one a line. Clients must expect new fields of
 * answers and new words of open sets, so these do not count. What would forbid them does: an answer that is closed, and a
 * set that was open before.
 */
export function breakingChanges(before: object, after: object): string[] {
  const changes = apiDiff(before, after)
    // Components count where they are used: only there is it known whether they are sent or received.
    .filter(({ path }) => path[0] === 'paths')
    .filter((change) => (change.type === 'breaking' || isBreakingToo(change)) && !isOpening(change))
  const [closedBefore, closedNow] = [closedIn(before), closedIn(after)]
  const sets = [...closedNow.sets].filter(
    (path) => closedBefore.all.has(path) && !closedBefore.sets.has(path),
  )
  return [
    ...new Set(changes.map(({ action, path }) => `${action} ${path.join(' ')}`)),
    ...closedNow.objects.map((path) => `closed object ${path}`),
    ...sets.map((path) => `closed set ${path}`),
  ]
}

/** What the library does not count: another type in an answer, another security, another name of a generated function. */
function isBreakingToo({ path }: Diff): boolean {
  const last = path.at(-1)
  return last === 'type' || last === 'operationId' || path[3] === 'security'
}

/** Takes whatever can be printed on one line, so a field that gets it takes no less than before. */
const anyLine = '^[^\\x00-\\x1f]+$'

/** What only opens an answer, or makes more room in it. Clients expect that by the versioning policy in `info`. */
function isOpening({ action, path, after }: Diff): boolean {
  if (action === 'replace' && path.at(-1) === 'pattern' && after === anyLine) return true
  if (path[3] !== 'responses') return false
  const last = path.at(-1)
  return (
    (action === 'remove' && (last === 'additionalProperties' || last === 'enum')) ||
    (action === 'replace' && (last === 'maxItems' || last === 'maxLength')) ||
    path.includes('x-extensible-enum')
  )
}

interface Closed {
  /** Every schema of an answer, by its path. */
  readonly all: Set<string>
  readonly objects: string[]
  readonly sets: Set<string>
}

/** What in the answers of a document is closed: objects that take no other field, texts that take no other word. */
function closedIn(document: object): Closed {
  const closed: Closed = { all: new Set(), objects: [], sets: new Set() }
  const { paths, components } = document as Api
  const walk = (schema: Schema, path: string) => {
    const { $ref, properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema
    if ($ref) return walk(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, path)
    closed.all.add(path)
    if (schema.additionalProperties === false) closed.objects.push(path)
    if (schema.enum || schema.const !== undefined) closed.sets.add(path)
    for (const [name, member] of Object.entries(properties)) walk(member, `${path} ${name}`)
    if (items) walk(items, `${path} []`)
    for (const member of [...anyOf, ...oneOf, ...allOf]) walk(member, path)
  }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        for (const { schema } of Object.values(content)) walk(schema, `${path} ${method} ${status}`)
      }
    }
  }
  return closed
}

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}
interface Api {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly responses: Readonly<
              Record<string, { content?: Readonly<Record<string, { schema: Schema }>> }>
            >
          }
        >
      >
    >
  >
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
