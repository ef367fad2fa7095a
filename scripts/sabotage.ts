import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import type { Bug } from '../test/sabotage/bug.ts'
import { BUGS } from '../test/sabotage/bugs.ts'

const root = join(import.meta.dirname, '..')
/** What is no part of the repository: installed, built, or one's own. */
const leftOut = /\/(node_modules|\.git|dist|\.env)$/
/** Longer than all tests of all lists take; a bug may make a loop that never ends. */
const runMsMax = 15 * 60_000

/** Plants each bug in a copy of the repository and sees whether the tests notice. */
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = BUGS.filter(({ name }) => name.includes(values.only))
const copy = mkdtempSync(join(tmpdir(), 'tillgate-sabotage-'))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
cpSync(root, copy, { recursive: true, filter: (path) => !leftOut.test(path) })
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

const healthy = runTests([...new Set(chosen.flatMap(({ tests }) => tests))])
if (healthy.status !== 0)
  throw new Error(`Red without any bug, so red proves nothing: ${firstFailure(healthy)}`)

const missed = chosen.filter((bug, index) => {
  const noticedBy = plant(bug)
  console.log(`${index + 1}/${chosen.length} ${noticedBy ? 'caught' : 'MISSED'}: ${bug.name}`)
  if (noticedBy) console.log(`    by ${noticedBy}`)
  return !noticedBy
})
console.log(`${chosen.length - missed.length} of ${chosen.length} planted bugs were caught.`)
process.exitCode = missed.length > 0 ? 1 : 0

/** The first test that noticed the bug, or nothing. */
function plant({ file, find, replace, tests }: Bug): string {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(find).length !== 2)
    throw new Error(`The text to be changed must stand in ${file} exactly once.`)
  writeFileSync(
    path,
    source.replace(find, () => replace),
  )
  const run = runTests(['--bail=1', ...tests])
  writeFileSync(path, source)
  return run.status === 0 ? '' : firstFailure(run)
}

function runTests(args: readonly string[]) {
  return spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: copy,
    encoding: 'utf8',
    timeout: runMsMax,
  })
}

// Only a failed test counts: a run that could not begin proves nothing.
function firstFailure({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const isTested = /Tests .*failed/.test(stripVTControlCharacters(stdout))
  return isTested
    ? (/FAIL\s+(.+)/.exec(stripVTControlCharacters(stderr))?.[1] ?? 'a test without a name')
    : ''
}
