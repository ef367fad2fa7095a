import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, stepsOf } from './compare.ts'
import { machineLine } from './machine.ts'
import { type Profile, profile } from './profile.ts'
import { createProgress } from './progress.ts'
import { comparisonTables, soakTable, withFigures } from './report.ts'
import { soak, soakStepsOf } from './soak.ts'
import { measureStartUps } from './start-up.ts'
import { startStore } from './store.ts'
import { OPERATIONS, type TargetName } from './targets.ts'

const usage = `npm run bench -- [--rounds N] [--seconds S]   the service against its peers
npm run bench -- --soak SECONDS                whether memory stays flat
npm run bench -- --profile                     where the CPU goes
  --before MAIN.JS  compares with another build as well
  --no-report   leaves docs/performance.md as it is`

const root = join(import.meta.dirname, '../..')
const page = join(root, 'docs/performance.md')

const { rounds, seconds, soakSeconds, before, isProfile, isReported } = optionsOrExit()
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'tillgate-bench-'))
let ledgers = 0
const surroundings = {
  store: await startStore(),
  before,
  /** A new ledger for each start. */
  get databaseUrl() {
    return `sqlite:${join(folder, `ledger-${++ledgers}.db`)}`
  },
}
try {
  if (isProfile) await runProfile()
  else if (soakSeconds !== null) await runSoak(soakSeconds)
  else await runComparison()
} finally {
  surroundings.store.stop()
  rmSync(folder, { recursive: true })
}

async function runComparison(): Promise<void> {
  const starts = 9
  const names: TargetName[] = ['bare', 'tillgate', ...(before ? ['before' as const] : []), 'proxy']
  const progress = createProgress(stepsOf(rounds, names) + starts)
  const startUps = await measureStartUps(names, surroundings, starts, progress)
  const comparison = await compare({ names, surroundings, rounds, seconds, progress })
  progress.end()
  const command = `npm run bench -- --rounds ${rounds} --seconds ${seconds}`
  report('service figures', `${machineLine(command)}\n\n${comparisonTables(comparison, startUps)}`)
}

async function runSoak(forSeconds: number): Promise<void> {
  const progress = createProgress(soakStepsOf(forSeconds))
  const result = await soak(surroundings, forSeconds, progress)
  progress.end()
  report('soak figures', `${machineLine(`npm run bench -- --soak ${forSeconds}`)}\n\n${soakTable(result)}`)
  if (result.isFlat === false || result.failures > 0) process.exitCode = 1
}

async function runProfile(): Promise<void> {
  for (const operation of OPERATIONS) {
    const found: Profile = await profile(surroundings, operation, seconds)
    const lines = [...found.byPackage, ['', Number.NaN] as const, ...found.byFunction].map(([name, share]) =>
      name === '' ? '' : `${(share * 100).toFixed(1).padStart(5)} %  ${name}`,
    )
    process.stdout.write(`\n${operation}\n${lines.join('\n')}\n`)
  }
}

function report(name: string, figures: string): void {
  process.stdout.write(`\n${figures}\n`)
  if (isReported) writeFileSync(page, withFigures(readFileSync(page, 'utf8'), name, figures))
}

function optionsOrExit() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '8' },
        soak: { type: 'string' },
        before: { type: 'string' },
        profile: { type: 'boolean', default: false },
        report: { type: 'boolean', default: true },
      },
    })
    return {
      rounds: wholeNumber('--rounds', values.rounds),
      seconds: wholeNumber('--seconds', values.seconds),
      soakSeconds: values.soak === undefined ? null : wholeNumber('--soak', values.soak),
      before: values.before,
      isProfile: values.profile,
      isReported: values.report,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exit(2)
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${name} must be a whole number of 1 or more`)
  return Number(text)
}
