import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { BUGS } from '../test/sabotage/bugs.ts'
import { plant } from '../test/sabotage/plant.ts'

const root = join(import.meta.dirname, '..')
/** Not copied: what is installed, built, or private. */
const leftOut = /\/(node_modules|\.git|dist|\.env)$/
/** Far longer than the tests of one bug take. A planted bug may loop for ever. */
const runMsMax = 5 * 60_000

/** Plants the bugs one at a time in a copy of the repository and runs their tests. */
const { values } = parseArgs({
  options: {
    /** Only bugs whose name holds this, or one of these. */
    only: { type: 'string', multiple: true, default: [''] },
    /** One share of the list, as `2/3`: each machine or terminal takes another. */
    shard: { type: 'string', default: '1/1' },
    /** Only checks that each bug can be planted. */
    list: { type: 'boolean', default: false },
  },
})
const sources = readSources()
const chosen = shardOf(BUGS.filter(({ name }) => values.only.some((word) => name.includes(word)))).map(
  (bug) => ({
    ...bug,
    planted: plant(bug, sources),
  }),
)
const homeless = chosen.flatMap(({ name, tests, planted: outcome }) => [
  ...(outcome.kind === 'not-found' ? [`  ${name}: ${outcome.because}`] : []),
  ...tests.filter((test) => !existsSync(join(root, test))).map((test) => `  ${name}: there is no ${test}`),
])
const namesakes = chosen.filter(({ name }, at) => chosen.findIndex((other) => other.name === name) !== at)
if (homeless.length > 0)
  console.error(`${homeless.length} of ${chosen.length} bugs cannot be planted:\n${homeless.join('\n')}`)
if (namesakes.length > 0)
  console.error(`Named twice: ${[...new Set(namesakes.map(({ name }) => name))].join(', ')}`)
if (homeless.length + namesakes.length > 0) process.exitCode = 1
else if (values.list) console.log(`Each of the ${chosen.length} bugs can be planted.`)
else await plantAll()

async function plantAll(): Promise<void> {
  const startedMs = Date.now()
  const copy = mkdtempSync(join(tmpdir(), 'tillgate-sabotage-'))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  cpSync(root, copy, { recursive: true, filter: (path) => !leftOut.test(path) })
  for (const folder of ['.', 'tools'])
    symlinkSync(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))

  const healthy = await runTests(copy, [...new Set(chosen.flatMap(({ tests }) => tests))])
  if (!healthy.isGreen) throw new Error(`A test fails without any bug: ${firstFailure(healthy)}`)

  const missed: string[] = []
  for (const [index, { name, tests, planted: outcome }] of chosen.entries()) {
    if (outcome.kind === 'not-found') continue
    const path = join(copy, outcome.file)
    writeFileSync(path, outcome.text)
    const run = await runTests(copy, ['--bail=1', ...tests])
    writeFileSync(path, sources.get(outcome.file) ?? '')
    const noticedBy = run.isGreen ? '' : firstFailure(run)
    if (!noticedBy) missed.push(name)
    console.log(`${index + 1}/${chosen.length} ${noticedBy ? 'caught' : 'MISSED'}: ${name}`)
    if (noticedBy) console.log(`    by ${noticedBy}`)
  }
  const minutes = Math.ceil((Date.now() - startedMs) / 60_000)
  console.log(
    `${chosen.length - missed.length} of ${chosen.length} planted bugs were caught, in ${minutes} min.`,
  )
  if (missed.length > 0) console.log(`Missed:\n${missed.map((name) => `  ${name}`).join('\n')}`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

/** Every nth, so that each share has something of everything and takes about as long as the others. */
function shardOf<T>(all: readonly T[]): T[] {
  const [number = Number.NaN, of = Number.NaN] = values.shard.split('/').map(Number)
  if (!(number >= 1 && number <= of)) throw new Error('--shard takes a number and of how many, as 1/2')
  return all.filter((_, index) => index % of === number - 1)
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

interface TestRun {
  readonly isGreen: boolean
  readonly stdout: string
  readonly stderr: string
}

function runTests(copy: string, args: readonly string[]): Promise<TestRun> {
  const { promise, resolve } = Promise.withResolvers<TestRun>()
  const child = execFile(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args],
    // The report of a run without a bug is long.
    { cwd: copy, timeout: runMsMax, maxBuffer: 64 * 1024 * 1024 },
    (error, stdout, stderr) => resolve({ isGreen: error === null, stdout, stderr }),
  )
  const stop = () => child.kill()
  process.once('exit', stop)
  child.once('exit', () => process.off('exit', stop))
  return promise
}

// Only a failed test counts. A run that did not start proves nothing.
function firstFailure({ stdout, stderr }: TestRun): string {
  const isTested = /Tests .*failed/.test(stripVTControlCharacters(stdout))
  return isTested
    ? (/FAIL\s+(.+)/.exec(stripVTControlCharacters(stderr))?.[1] ?? 'a test without a name')
    : ''
}
