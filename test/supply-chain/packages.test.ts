import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ACCEPTED_ADVISORIES } from '../../scripts/accepted-advisories.ts'
import { judgeAudit } from '../../scripts/judge-audit.ts'
import { lockedPackages } from '../../scripts/locked-packages.ts'

const root = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const packages = lockedPackages()
const inImage = packages.filter(({ isProduction }) => isProduction)

/** Licences that let us give a package to others and ask for no more than its notice. */
const allowedLicences = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Unlicense',
  '(MIT OR CC0-1.0)',
])

/** The example takes the client from this repository. */
const ourClient = 'file:../../clients/typescript'

test('the lock file is read, so there is something to check', () => {
  expect(inImage.length).toBeGreaterThan(50)
  expect(packages.length).toBeGreaterThan(inImage.length + 50)
})

test('every package of the image has an allowed licence', () => {
  expect(inImage.filter(({ license }) => !allowedLicences.has(license))).toEqual([])
})

test('no package of the image has an install script', () => {
  expect(inImage.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
})

describe.each(['.', 'tools', 'tools/others', 'tools/packaging', 'bench', 'examples/nextjs'])(
  'what is installed in %s',
  (folder) => {
    const own = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

    test('`allowScripts` decides for every package with an install script, and for no other', () => {
      const decided: Record<string, boolean> = own.allowScripts ?? {}
      const withScript = lockedPackages(folder)
        .filter(({ hasInstallScript }) => hasInstallScript)
        .map(({ name }) => name)
      expect(withScript.filter((name) => decided[name] === undefined)).toEqual([])
      expect(Object.keys(decided).filter((name) => !withScript.includes(name))).toEqual([])
    })

    test('every version is exact', () => {
      const versions = Object.entries({ ...own.dependencies, ...own.devDependencies, ...own.overrides })
      for (const [name, version] of versions) {
        if (version !== ourClient) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
      }
    })

    test('every package is locked by the hash of its contents', () => {
      const lock = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'))
      const entries = Object.entries<{ integrity?: string; inBundle?: boolean; resolved?: string }>(
        lock.packages,
      )
      // The first one is the folder itself.
      const foreign = entries.filter(([path]) => path.includes('node_modules/'))
      const unlocked = foreign.filter(
        ([, { integrity, inBundle, resolved }]) =>
          !inBundle && resolved !== ourClient && !/^sha512-/.test(integrity ?? ''),
      )
      expect(entries.length - foreign.length).toBe(1)
      expect(unlocked.map(([path]) => path)).toEqual([])
    })
  },
)

test('`npm run sbom` lists the packages of the image, and no others, as CycloneDX', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/sbom.ts'], { cwd: root, encoding: 'utf8' })
  const bill = JSON.parse(stdout)
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { 'bom-ref': `tillgate@${manifest.version}` } },
  })
  const refs = bill.components.map((component: Record<string, string>) => component['bom-ref'])
  expect(refs).toEqual(inImage.map(({ name, version }) => `${name}@${version}`))
  for (const name of Object.keys(manifest.dependencies)) {
    expect(refs).toContain(`${name}@${manifest.dependencies[name]}`)
  }
  expect(refs.filter((ref: string) => /^(vitest|typescript|node)@/.test(ref))).toEqual([])
  expect(bill.components.find(({ name }: { name: string }) => name === 'cors')).toMatchObject({
    group: '@fastify',
    purl: `pkg:npm/%40fastify/cors@${manifest.dependencies['@fastify/cors']}`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
  })
})

test('`npm run licences` prints the licence of each package of the image', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/licences.ts'], { cwd: root, encoding: 'utf8' })
  expect(stdout.trim().split('\n')).toHaveLength(inImage.length)
  expect(stdout).toMatch(/^MIT +fastify \d/m)
})

const url = 'https://github.com/advisories/GHSA-xxxx'
const finding = JSON.stringify({
  vulnerabilities: { zod: { via: [{ url, title: 'Bad', severity: 'high' }] }, other: { via: ['zod'] } },
})

test('`npm run audit` fails on an open advisory, not on an accepted one, and says when it could not find out', () => {
  expect(judgeAudit(finding, {})).toEqual({ lines: [`OPEN: zod, high: Bad (${url})`], exitCode: 1 })
  expect(judgeAudit(finding, { [url]: 'not used' })).toMatchObject({
    lines: [expect.stringMatching(/^accepted.*: not used$/)],
    exitCode: 0,
  })
  expect(judgeAudit('{"vulnerabilities":{}}', {}).lines).toEqual([expect.stringMatching(/^Clean/)])
  for (const output of ['', '{"statusCode":405,"error":{}}', 'npm error'])
    expect(judgeAudit(output, {})).toEqual({ lines: [expect.stringMatching(/^NOT KNOWN/)], exitCode: 0 })
})

test('every accepted advisory has a reason', () => {
  for (const [address, reason] of Object.entries(ACCEPTED_ADVISORIES)) {
    expect(address).toMatch(/^https:\/\/github\.com\/advisories\//)
    expect(reason.length).toBeGreaterThan(20)
  }
})
