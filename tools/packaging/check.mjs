// Prints, as JSON, what publint and are-the-types-wrong find in a packed package. `node check.mjs FOLDER TARBALL`
import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const [folder, tarball] = process.argv.slice(2)
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
const { messages } = await publint({ pkgDir: folder, strict: true })
const { problems } = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
process.stdout.write(
  JSON.stringify({
    publint: messages.map((message) => formatMessage(message, manifest)),
    types: problems.map(({ kind, entrypoint, resolutionKind }) => ({ kind, entrypoint, resolutionKind })),
  }),
)
