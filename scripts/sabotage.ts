import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bug } from '../test/sabotage/bug.ts'
import { BUGS } from '../test/sabotage/bugs.ts'

const root = join(import.meta.dirname, '..')
const parts = [
  'src',
  'sandbox',
  'migrations',
  'openapi',
  'docs',
  'scripts',
  'test',
  'demo',
  'package.json',
  'package-lock.json',
  'Dockerfile',
  'docker-compose.yml',
  '.dockerignore',
  'LICENSE',
  'SECURITY.md',
  'tsconfig.json',
  'vitest.config.ts',
]

/** Plants each bug in a copy of the repository and sees whether the tests notice. */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = BUGS.filter(({ name }) => name.includes(values.only))
const copy = mkdtempSync(join(tmpdir(), 'tillgate-sabotage-'))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

const missed = chosen.filter((bug, index) => {
  const isCaught = plant(bug)
  console.log(`${index + 1}/${chosen.length} ${isCaught ? 'caught' : 'MISSED'}: ${bug.name}`)
  return !isCaught
})
console.log(`${chosen.length - missed.length} of ${chosen.length} planted bugs were caught.`)
process.exitCode = missed.length > 0 ? 1 : 0

function plant({ file, find, replace, tests }: Bug): boolean {
  const path = join(copy, file)
  const healthy = readFileSync(path, 'utf8')
  if (healthy.split(find).length !== 2)
    throw new Error(`The text to be changed must stand in ${file} exactly once.`)
  writeFileSync(
    path,
    healthy.replace(find, () => replace),
  )
  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--bail=1', ...tests],
    {
      cwd: copy,
      encoding: 'utf8',
    },
  )
  writeFileSync(path, healthy)
  // Only a failed test counts: a run that could not begin proves nothing.
  return run.status !== 0 && /Tests .*failed/.test(run.stdout)
}
