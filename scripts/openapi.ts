import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openapiDocument } from './openapi-document.ts'

const path = join(import.meta.dirname, '../openapi/openapi.json')
await writeFile(path, await openapiDocument())
console.log(`Wrote ${path}`)
