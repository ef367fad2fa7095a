import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface PublishedDocument {
  readonly version: string
  readonly text: string
}

/** The folder with the document of each release. */
export const publishedFolder = join(import.meta.dirname, '../openapi/published')

/** The document of the newest release. */
export async function lastPublished(): Promise<PublishedDocument> {
  const versions = (await readdir(publishedFolder)).map((name) => name.replace(/\.json$/, ''))
  const [newest] = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  if (newest === undefined) throw new Error(`There is no document in ${publishedFolder}.`)
  return { version: newest, text: await readFile(join(publishedFolder, `${newest}.json`), 'utf8') }
}

/** A new major version may break clients; below 1.0.0 a new minor version may, too. */
export function mayBreak(before: string, after: string): boolean {
  const [major = 0, minor = 0] = before.split('.').map(Number)
  const [nextMajor = 0, nextMinor = 0] = after.split('.').map(Number)
  if (nextMajor !== major) return nextMajor > major
  return major === 0 && nextMinor > minor
}
