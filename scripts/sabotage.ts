import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { BUGS } from '../test/sabotage/bugs.ts'
import { plant } from '../test/sabotage/plant.ts'

const root = join(import.meta.dirname, '..')
/** Not copied: what is installed, built, or private. */
const leftOut = /\/(node_modules|\.git|dist|\.env)$/
/** Longer than all tests together take. A planted bug may loop for ever. */
const runMsMax = 15 * 60_000

/** Plants the bugs one at a time in a copy of the repository and runs their tests. With --list it only checks that each can be planted. */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, list: { type: 'boolean', default: false } },
})
const sources = readSources()
const chosen = BUGS.filter(({ name }) => name.includes(values.only)).map((bug) => ({
  ...bug,
  planted: plant(bug, sources),
}))
const homeless = chosen.flatMap(({ name, planted: outcome }) =>
  outcome.kind === 'not-found' ? [`  ${name}: ${outcome.because}`] : [],
)
const namesakes = chosen.filter(({ name }, at) => chosen.findIndex((other) => other.name === name) !== at)
if (homeless.length > 0)
  console.error(`${homeless.length} of ${chosen.length} bugs cannot be planted:\n${homeless.join('\n')}`)
if (namesakes.length > 0)
  console.error(`Named twice: ${[...new Set(namesakes.map(({ name }) => name))].join(', ')}`)
if (homeless.length + namesakes.length > 0) process.exitCode = 1
else if (values.list) console.log(`Each of the ${chosen.length} bugs can be planted.`)
else plantAll()

function plantAll(): void {
  const copy = mkdtempSync(join(tmpdir(), 'tillgate-sabotage-'))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  cpSync(root, copy, { recursive: true, filter: (path) => !leftOut.test(path) })
  for (const folder of ['.', 'tools'])
    symlinkSync(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))

  const healthy = runTests(copy, [...new Set(chosen.flatMap(({ tests }) => tests))])
  if (healthy.status !== 0) throw new Error(`A test fails without any bug: ${firstFailure(healthy)}`)

  let caught = 0
  for (const [index, { name, tests, planted: outcome }] of chosen.entries()) {
    if (outcome.kind === 'not-found') continue
    const path = join(copy, outcome.file)
    writeFileSync(path, outcome.text)
    const run = runTests(copy, ['--bail=1', ...tests])
    writeFileSync(path, sources.get(outcome.file) ?? '')
    const noticedBy = run.status === 0 ? '' : firstFailure(run)
    if (noticedBy) caught += 1
    console.log(`${index + 1}/${chosen.length} ${noticedBy ? 'caught' : 'MISSED'}: ${name}`)
    if (noticedBy) console.log(`    by ${noticedBy}`)
  }
  console.log(`${caught} of ${chosen.length} planted bugs were caught.`)
  process.exitCode = caught < chosen.length ? 1 : 0
}

/** The files of the repository, except the tests and the lists of bugs. */
function readSources(): Map<string, string> {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const paths = listed
    .split('\n')
    .filter((path) => path !== '' && !path.startsWith('test/') && existsSync(join(root, path)))
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

function runTests(copy: string, args: readonly string[]) {
  return spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: copy,
    encoding: 'utf8',
    timeout: runMsMax,
  })
}

// Only a failed test counts. A run that did not start proves nothing.
function firstFailure({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const isTested = /Tests .*failed/.test(stripVTControlCharacters(stdout))
  return isTested
    ? (/FAIL\s+(.+)/.exec(stripVTControlCharacters(stderr))?.[1] ?? 'a test without a name')
    : ''
}
