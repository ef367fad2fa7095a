import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..')
const document = join(root, 'openapi/openapi.json')
const resolver = createRequire(import.meta.url)

/** The program of one of the generators that `tools/package.json` names. */
export const generator = (name: string, program: string) =>
  join(dirname(resolver.resolve(`${name}/package.json`)), program)

/** A document's types, as openapi-typescript writes them. */
export async function typesOf(path: string): Promise<string> {
  const program = generator('openapi-typescript', 'bin/cli.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, path], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
    maxBuffer: 2 ** 24,
  })
  return stdout
}

/** The types of the published contract, as the text of clients/typescript/src/openapi.ts. */
export async function clientTypes(): Promise<string> {
  const { components } = JSON.parse(await readFile(document, 'utf8'))
  const sets = Object.entries<Schema>(components.schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties).flatMap(([field, schema]) => {
      const known = schema['x-extensible-enum'] ?? schema.items?.['x-extensible-enum']
      return known ? [`    "${name}.${field}": ${known.map((word) => `"${word}"`).join(' | ')};`] : []
    }),
  )
  return `${await typesOf(document)}/** The words of today in the sets that may grow. */
export interface KnownWords {
${sets.join('\n')}
}
`
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly 'x-extensible-enum'?: readonly string[]
}
