import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..')
const document = join(root, 'openapi/openapi.json')
const resolver = createRequire(import.meta.url)

/** The program of one of the generators that `tools/package.json` names. */
export const generator = (name: string, program: string) =>
  join(dirname(resolver.resolve(`${name}/package.json`)), program)

/** The types of the published contract, as the text of clients/typescript/src/openapi.ts. */
export async function clientTypes(): Promise<string> {
  const program = generator('openapi-typescript', 'bin/cli.js')
  const { stdout } = await promisify(execFile)(process.execPath, [program, document], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
    maxBuffer: 2 ** 24,
  })
  return stdout
}
