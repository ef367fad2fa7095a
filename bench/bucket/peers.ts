import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}

/** The versions of the limiters that the bucket is compared with. */
export const peersLine = (): string =>
  `Peers: ${Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`
