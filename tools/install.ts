import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const manifests = ['package.json', 'package-lock.json']
/** A file with the hash of the manifests that the packages were installed from. */
const stamp = '.installed'

export interface Installation {
  /** Has a `package.json` and a lock file of its own. */
  readonly folder: string
  /** Told when something is installed. */
  readonly says: string
  /** More arguments of `npm ci`. */
  readonly npmArguments?: readonly string[]
}

/**
 * Installs the packages of a folder that the root does not install. If they are there, it takes a millisecond and needs no
 * network. Several processes may do it at once: each installs into a folder of its own, and the first to finish puts it
 * in place.
 */
export function installPackages({ folder, says, npmArguments = [] }: Installation): void {
  if (isInstalled(folder)) return
  process.stderr.write(`${says}\n`)
  // Beside the folder, so that a relative path in the manifests leads to the same place.
  const own = mkdtempSync(join(folder, '..', '.installing-'))
  try {
    for (const name of [...manifests, '.npmrc']) {
      if (existsSync(join(folder, name))) cpSync(join(folder, name), join(own, name))
    }
    const { status } = spawnSync(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...npmArguments],
      { cwd: own, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    if (status !== 0) throw new Error(`\`npm ci\` in ${folder} failed`)
    writeFileSync(join(own, 'node_modules', stamp), fingerprint(folder))
    putInPlace(own, folder)
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

function putInPlace(own: string, folder: string): void {
  const packages = join(folder, 'node_modules')
  if (existsSync(packages)) renameSync(packages, join(own, 'outdated'))
  try {
    renameSync(join(own, 'node_modules'), packages)
  } catch (error) {
    // Another process has finished first.
    if (!isInstalled(folder)) throw error
  }
}

function isInstalled(folder: string): boolean {
  const path = join(folder, 'node_modules', stamp)
  return existsSync(path) && readFileSync(path, 'utf8') === fingerprint(folder)
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  for (const name of manifests) hash.update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}

const installTools = (): void =>
  installPackages({
    folder: import.meta.dirname,
    says: 'Installing what the tests need beside the product. This takes about a minute, once.',
  })

/** vitest calls this before it runs tests. */
export const setup = installTools

if (import.meta.main) installTools()
