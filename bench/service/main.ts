import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compareListing, comparePaying, listingSteps, payingSteps } from './comparison.ts'
import { measureCosts } from './costs.ts'
import { endedTable, measureEnded } from './ended-payments.ts'
import type { Results } from './goals.ts'
import { machineLine } from './machine.ts'
import { manyStoresTable, measureManyStores } from './many-stores.ts'
import { measureMemory } from './memory.ts'
import { optionsOrExit } from './options.ts'
import { overload, overloadGoals, overloadSteps, overloadTable } from './overload.ts'
import { PROFILED, profile } from './profile.ts'
import { createProgress } from './progress.ts'
import { report, table } from './report.ts'
import { countRoundTrips } from './round-trips.ts'
import { scalePage } from './scale.ts'
import { soak, soakSteps, soakTable } from './soak.ts'
import { measureStartUps } from './start-up.ts'
import { makeSurroundings } from './surroundings.ts'
import { comparisonTables, goalTable } from './tables.ts'
import type { TargetName } from './targets.ts'

const options = optionsOrExit()
const { rounds, seconds, before, parts, hasPeers, ended, isReported, command } = options
const { overloadSeconds, soakSeconds } = options
const surroundings = await makeSurroundings(before)
try {
  if (options.isProfile) await profileAll()
  else await measureAll()
} finally {
  await surroundings.stop()
}

async function measureAll(): Promise<void> {
  if (parts.size > 0) await compareAll()
  if (ended !== null) {
    const progress = createProgress(2)
    const rows = await measureEnded(surroundings, ended, seconds * 10, progress)
    progress.end()
    report('ledger figures', `${machineLine(command)}\n\n${endedTable(rows)}`, isReported)
  }
  if (options.hasScale) {
    const costs = await measureCosts(surroundings, seconds * 10)
    report('scale figures', `${machineLine(command, 'Postgres 18')}\n\n${scalePage(costs)}`, isReported)
  }
  if (options.stores !== null) {
    const progress = createProgress(options.stores)
    const about = { stores: options.stores, perSecond: options.storesRate, seconds: seconds * 30 }
    const run = await measureManyStores(surroundings, about, progress)
    progress.end()
    report('many stores', `${machineLine(command, 'Postgres 18')}\n\n${manyStoresTable(run)}`, isReported)
  }
  if (overloadSeconds !== null) {
    const progress = createProgress(overloadSteps(overloadSeconds))
    const run = await overload(surroundings, overloadSeconds, progress)
    progress.end()
    const tables = [goalTable(overloadGoals(run)), overloadTable(run)].join('\n\n')
    report('overload figures', `${machineLine(command)}\n\n${tables}`, isReported)
  }
  if (soakSeconds !== null) {
    const progress = createProgress(soakSteps(soakSeconds))
    const run = await soak(surroundings, soakSeconds, progress)
    progress.end()
    report('soak figures', `${machineLine(command)}\n\n${soakTable(run)}`, isReported)
    if (run.isFlat === false || run.failures > 0) process.exitCode = 1
  }
}

async function profileAll(): Promise<void> {
  const tables: string[] = []
  for (const operation of PROFILED) {
    const shares = await profile(surroundings, operation, seconds)
    const rows = shares.map(([name, share]) => [`\`${name}\``, `${(share * 100).toFixed(1)} %`])
    tables.push(`#### ${operation}, share of the busy time`, table(['', ''], rows))
  }
  report('profile figures', [machineLine(command), ...tables].join('\n\n'), isReported)
}

async function compareAll(): Promise<void> {
  const starts = Math.min(9, rounds * 2 + 1)
  const builds: TargetName[] = ['tillgate', ...(before ? ['before' as const] : [])]
  const names: TargetName[] = ['bare', ...builds]
  const progress = createProgress(
    (parts.has('listing') ? listingSteps(rounds) : 0) +
      (parts.has('paying') ? payingSteps(rounds) : 0) +
      (parts.has('start') ? starts : 0) +
      (parts.has('memory') ? names.length : 0),
  )
  const about = { names, surroundings, rounds, seconds, progress }
  const results: Results = {
    startUps: parts.has('start') ? await measureStartUps(names, surroundings, starts, progress) : [],
    memory: parts.has('memory') ? await measureMemory(names, surroundings, seconds, progress) : [],
    listing: parts.has('listing')
      ? await compareListing({ ...about, names: hasPeers ? [...names, 'proxy'] : names })
      : [],
    paying: parts.has('paying')
      ? await comparePaying({ ...about, newPostgresDatabase: surroundings.newPostgresDatabase })
      : [],
    roundTrips: parts.has('paying') ? await countRoundTrips(builds, surroundings) : [],
    gateUs: parts.has('listing') ? await measureGate() : Number.NaN,
  }
  progress.end()
  report('service figures', `${machineLine(command)}\n\n${comparisonTables(results)}`, isReported)
}

/** What a management call at the gate costs while 500 wait there, in microseconds. */
async function measureGate(): Promise<number> {
  const program = join(import.meta.dirname, 'gate-process.ts')
  return Number((await promisify(execFile)(process.execPath, [program])).stdout)
}
