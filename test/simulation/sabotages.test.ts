import { expect, test } from 'vitest'
import { SABOTAGES } from './sabotages.ts'
import { BUCKET_SABOTAGES } from './sabotages-of-the-bucket.ts'
import { scenarioOf } from './scenario/scenario-of.ts'
import type { Sabotage } from './service/sabotage.ts'
import { simulate } from './simulate.ts'

const seedsMax = 6_000

/** Which promise each of these must break. Without a fence, for example, orders must be charged twice. */
const mustBreak: Readonly<Record<string, string>> = {
  'has no fence': '1:',
  ...Object.fromEntries(Object.keys(BUCKET_SABOTAGES).map((name) => [name, '5:'])),
}

/** The first seed that fails with the bug, and passes without it. */
async function firstToFind(
  sabotage: Sabotage,
  breaks: string,
): Promise<{ seed: number; violation: string } | null> {
  for (let seed = 0; seed < seedsMax; seed++) {
    const scenario = scenarioOf(seed)
    const { violation } = await simulate(scenario, { sabotage })
    if (violation === null || !violation.startsWith(breaks)) continue
    if ((await simulate(scenario)).violation === null) return { seed, violation }
  }
  return null
}

test.each(Object.keys(SABOTAGES))('a service that %s is found out', { timeout: 120_000 }, async (name) => {
  const found = await firstToFind(SABOTAGES[name] ?? {}, mustBreak[name] ?? '')
  expect(found).not.toBeNull()
  process.stdout.write(`"${name}" was found by seed ${found?.seed}: ${found?.violation}\n`)
})
