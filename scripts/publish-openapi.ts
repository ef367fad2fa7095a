import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../src/version.ts'
import { breakingChanges } from '../tools/breaking-changes.ts'
import { openapiDocument } from './openapi-document.ts'
import { lastPublished, mayBreak, publishedFolder } from './published-openapi.ts'

// Keeps the contract of a release for good. Refuses to replace one, and to break one without saying so in the version.
const text = await openapiDocument()
const last = await lastPublished()
const breaks = mayBreak(last.version, version) ? [] : breakingChanges(JSON.parse(last.text), JSON.parse(text))

if (last.version === version && last.text !== text) {
  console.error(`${version} is published, and is not to be changed: raise the version in package.json first.`)
  process.exitCode = 1
} else if (breaks.length > 0) {
  console.error([`These break ${last.version}; a version that says so is needed:`, ...breaks].join('\n  '))
  process.exitCode = 1
} else {
  const path = join(publishedFolder, `${version}.json`)
  await writeFile(path, text)
  console.log(`Wrote ${path}`)
}
