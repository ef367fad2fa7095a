import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configurationPage } from './configuration-page.ts'
import { problemsPage } from './problems-page.ts'

const docs = join(import.meta.dirname, '../docs')
await writeFile(join(docs, 'configuration.md'), configurationPage())
await writeFile(join(docs, 'problems.md'), problemsPage())
console.log(`Wrote configuration.md and problems.md to ${docs}`)
