import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const manifests = ['package.json', 'package-lock.json']
const packages = join(folder, 'node_modules')
/** Says by which manifests the packages were installed. */
const stamp = '.installed'

/**
 * Installs what `tools/package.json` names, unless it is there already: then it takes a millisecond and needs no network.
 * Several may run at once, because each installs into a folder of its own, and the first one that is ready counts.
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
    // Another process was ready first.
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

/** Before a run of tests, for vitest. */
export const setup = installTools

if (import.meta.main) installTools()
