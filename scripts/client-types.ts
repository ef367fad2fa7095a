import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clientTypes } from '../tools/generators.ts'

const path = join(import.meta.dirname, '../clients/typescript/src/openapi.ts')
await writeFile(path, await clientTypes())
console.log(`Wrote ${path}`)
