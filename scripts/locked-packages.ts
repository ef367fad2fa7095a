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
  /** A folder of this repository that is a package too: nothing that comes from elsewhere. */
  readonly link?: boolean
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
  readonly integrity?: string
}

/** Every package of the lock file, by name. */
export function lockedPackages(): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'))
  return Object.entries(lock.packages as Record<string, Locked>)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
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
