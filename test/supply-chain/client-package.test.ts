import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { installPackages } from '../../tools/install.ts'

const root = join(import.meta.dirname, '../..')
const client = join(root, 'clients/typescript')
const packaging = join(root, 'tools/packaging')
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe('the client as npm would publish it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillgate-package-'))
  let tarball = ''
  let files: string[] = []
  beforeAll(() => {
    installPackages({
      folder: packaging,
      says: 'Installing what checks the package of the client. This takes some seconds, once.',
    })
    // A copy, since other tests build the client too while this one packs it.
    const copy = join(folder, 'copy')
    for (const name of ['package.json', 'README.md', 'LICENSE']) cpSync(join(client, name), join(copy, name))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', client, '--noEmit', 'false', '--outDir', join(copy, 'dist')])
    const packed = execFileSync(
      'npm',
      ['pack', copy, '--json', '--ignore-scripts', '--pack-destination', folder],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const [about] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [
      { filename: string; files: { path: string }[] },
    ]
    tarball = join(folder, about.filename)
    files = about.files.map(({ path }) => path)
    execFileSync('tar', ['-xzf', tarball, '-C', folder])
  }, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('publint and are-the-types-wrong find nothing wrong with it', () => {
    const found = JSON.parse(
      execFileSync(process.execPath, ['check.mjs', join(folder, 'package'), tarball], {
        cwd: packaging,
        encoding: 'utf8',
      }),
    )
    expect(found.publint).toEqual([])
    // It is for ES modules only; where `require` of one is not supported, that is what is found.
    expect(found.types.filter(({ kind }: { kind: string }) => kind !== 'CJSResolvesToESM')).toEqual([])
  })

  test('it has its licence, its page, and what was built, without sources', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']))
    expect(files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([])
  })

  test('it says where it comes from, and is published with provenance', () => {
    const manifest = read(join(folder, 'package/package.json'))
    expect(manifest).toMatchObject({
      name: '@tillgate/client',
      version: read(join(root, 'package.json')).version,
      repository: { type: 'git', directory: 'clients/typescript' },
      publishConfig: { access: 'public', provenance: true },
    })
    expect(manifest.private).toBeUndefined()
  })
})

describe('the workflow of a release', () => {
  const workflow = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'))
  const jobs = Object.values<{
    permissions: Record<string, string>
    steps: { uses?: string; run?: string }[]
  }>(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)

  test('uses actions by the hash of their commit, and no right that a job does not need', () => {
    expect(workflow.permissions).toEqual({})
    expect(jobs.map(({ permissions }) => Object.keys(permissions).sort())).toEqual([
      ['contents'],
      ['contents', 'id-token'],
      ['contents', 'packages'],
    ])
    for (const { uses } of steps.filter((step) => step.uses)) expect(uses).toMatch(/@[0-9a-f]{40}$/)
  })

  test('runs commands that there are, and its page names it', () => {
    const { scripts } = read(join(root, 'package.json'))
    const named = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    )
    expect(named.length).toBeGreaterThan(1)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
    expect(readFileSync(join(root, 'docs/releasing.md'), 'utf8')).toContain('.github/workflows/release.yml')
  })
})
