import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const manifests = ['package.json', 'package-lock.json']
const packages = join(folder, 'node_modules')
/** A file with the hash of the manifests that the packages were installed from. */
const stamp = '.installed'

/**
 * Installs the packages of `tools/package.json`. If they are there, it takes a millisecond and needs no network. Several
 * processes may do it at once: each installs into a folder of its own, and the first to finish puts it in place.
 */
export function installTools(): void {
  if (isInstalled()) return
  process.stderr.write(
    'Installing what the tests need beside the product. This takes about a minute, once.\n',
  )
  const own = mkdtempSync(join(folder, '.installing-'))
  try {
    for (const name of manifests) cpSync(join(folder, name), join(own, name))
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: own,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (status !== 0) throw new Error(`\`npm ci\` in ${folder} failed`)
    writeFileSync(join(own, 'node_modules', stamp), fingerprint())
    putInPlace(own)
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

function putInPlace(own: string): void {
  if (existsSync(packages)) renameSync(packages, join(own, 'outdated'))
  try {
    renameSync(join(own, 'node_modules'), packages)
  } catch (error) {
    // Another process has finished first.
    if (!isInstalled()) throw error
  }
}

function isInstalled(): boolean {
  const path = join(packages, stamp)
  return existsSync(path) && readFileSync(path, 'utf8') === fingerprint()
}

function fingerprint(): string {
  const hash = createHash('sha256')
  for (const name of manifests) hash.update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}

/** vitest calls this before it runs tests. */
export const setup = installTools

if (import.meta.main) installTools()
