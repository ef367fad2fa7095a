import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version in package.json, which lies one folder up from src/ and from dist/ alike. */
export const version: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
).version
