import { createHash } from 'node:crypto'
import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import { type Dialect, dialectOf } from './dialect.ts'
import type { Tables } from './tables.ts'

/** Stands in a statement for a value that it is given each time it runs. */
class Given {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

type Give<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>

/** A statement with its values, to be run by `executeQuery` or `together`. */
export type Prepared<Values, Row> = (queries: Kysely<Tables>, values: Values) => CompiledQuery<Row>

/**
 * A statement that is built once for each database's words and then runs with other values each time. To build one and write
 * its text costs several times what SQLite takes to run it, and all of it is on the way of a payment.
 *
 * @param build makes the statement, with `give` wherever a value comes later.
 */
export function prepare<Values, Row>(
  build: (queries: Kysely<Tables>, give: Give<Values>) => CompiledQuery<Row>,
): Prepared<Values, Row> {
  const built = new Map<Dialect, CompiledQuery<Row>>()
  return (queries, values) => {
    const dialect = dialectOf(queries)
    let statement = built.get(dialect)
    if (!statement) {
      statement = build(queries, (name) => sql`${new Given(name)}`)
      built.set(dialect, statement)
      names.set(statement.sql, createHash('sha256').update(statement.sql).digest('base64url'))
    }
    const parameters = statement.parameters.map((parameter) =>
      parameter instanceof Given ? values[parameter.name as keyof Values] : parameter,
    )
    return { ...statement, parameters }
  }
}

const names = new Map<string, string>()

/** By which Postgres may keep a statement prepared; undefined for one that is built anew each time. */
export const nameOfPrepared = (text: string): string | undefined => names.get(text)
