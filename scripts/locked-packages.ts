import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LockedPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression, as the package gives it. */
  readonly license: string
  /** Whether it is in the image, and not only there to build and test. */
  readonly isProduction: boolean
  readonly hasInstallScript: boolean
  /** What the package's archive must hash to, e.g. `sha512-…`. */
  readonly integrity: string
}

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
  readonly integrity?: string
}

/** Every package of a lock file, by name: of the repository's own, or of the one in a folder of it. */
export function lockedPackages(folder = '.'): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', folder, 'package-lock.json'), 'utf8'))
  return Object.entries(lock.packages as Record<string, Locked>)
    .filter(([path]) => path.includes('node_modules/'))
    .map(([path, { version = '', license = '', dev, devOptional, hasInstallScript, integrity = '' }]) => ({
      name: path.replace(/^.*node_modules\//, ''),
      version,
      license,
      isProduction: dev !== true && devOptional !== true,
      hasInstallScript: hasInstallScript === true,
      integrity,
    }))
    .sort((one, other) => one.name.localeCompare(other.name))
}
