import { expect, test } from 'vitest'
import { FAULTS_OF_CHECKOUTS } from './sabotages-of-checkouts.ts'
import { FAULTS_OF_THE_PAST, type FaultOfThePast } from './sabotages-of-the-past.ts'
import { FAULTS_OF_WAITS } from './sabotages-of-waits.ts'
import { hazardsOn } from './scenario/hazards.ts'
import { scenarioOf } from './scenario/scenario-of.ts'
import { simulate } from './simulate.ts'

const seedsMax = 2_000

/** Seeds that have found a fault, tried first where it is found late. */
const hasFound: Readonly<Record<string, number>> = {
  'takes a part of what there is for all of it': 79,
  'does not know of voids': 36,
  'subtracts a part payment whose trace cannot be the one at hand': 354,
  'never looks at an end again': 35,
  'lets a process that wakes late bind the checkout': 247,
}

/** A seed that fails with the fault, in the way that it must, and passes without it. */
async function findingSeed(name: string, { plant, breaks, always, sharpen }: FaultOfThePast) {
  const all = Array.from({ length: seedsMax }, (_, seed) => seed)
  for (const seed of [hasFound[name] ?? 0, ...all]) {
    const drawn = scenarioOf(seed, hazardsOn(), new Set(always))
    const scenario = sharpen?.(drawn) ?? drawn
    const { violation } = await simulate(scenario, { sabotage: plant })
    if (violation === null || !violation.startsWith(breaks)) continue
    if ((await simulate(scenario)).violation === null) return { seed, violation }
  }
  return null
}

test.each(Object.entries({ ...FAULTS_OF_THE_PAST, ...FAULTS_OF_CHECKOUTS, ...FAULTS_OF_WAITS }))(
  'a service that %s is found out',
  {
    timeout: 120_000,
  },
  async (name, fault) => {
    const found = await findingSeed(name, fault)
    expect(found).not.toBeNull()
    process.stdout.write(`"${name}" was found by seed ${found?.seed}: ${found?.violation}\n`)
  },
)
