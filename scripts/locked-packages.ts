import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LockedPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression, as the package gives it. */
  readonly license: string
  /** In the image; the others only build and test it. */
  readonly isProduction: boolean
  readonly hasInstallScript: boolean
  /** The hash of the package's archive, e.g. `sha512-…`. */
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

/** The packages of a lock file, sorted by name. The folder is relative to the repository's root. */
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
