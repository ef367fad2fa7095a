import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readContract } from './contract.ts'
import { llmsPage } from './llms-page.ts'
import { openapiDocument } from './openapi-document.ts'
import { postmanCollection } from './postman-collection.ts'

const root = join(import.meta.dirname, '..')

async function write(path: string, text: string): Promise<void> {
  await writeFile(join(root, path), text)
  console.log(`Wrote ${path}`)
}

await write('openapi/openapi.json', await openapiDocument())
const contract = readContract()
await write('clients/postman/tillgate.postman_collection.json', postmanCollection(contract))
await write('llms.txt', llmsPage(contract))
