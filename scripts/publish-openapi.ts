import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../src/own-package.ts'
import { breakingChanges } from '../tools/breaking-changes.ts'
import { openapiDocument } from './openapi-document.ts'
import { lastPublished, mayBreak, publishedFolder } from './published-openapi.ts'

// Keeps the contract of a release. It never replaces one, and a breaking change needs a version that says so.
const text = await openapiDocument()
const last = await lastPublished()
const breaks = mayBreak(last.version, version) ? [] : breakingChanges(JSON.parse(last.text), JSON.parse(text))

if (last.version === version && last.text !== text) {
  console.error(`${version} is published already and cannot change. Raise the version in package.json first.`)
  process.exitCode = 1
} else if (breaks.length > 0) {
  console.error(
    [`These changes break ${last.version}. Raise the version accordingly:`, ...breaks].join('\n  '),
  )
  process.exitCode = 1
} else {
  const path = join(publishedFolder, `${version}.json`)
  await writeFile(path, text)
  console.log(`Wrote ${path}`)
}
