import { expect, test } from 'vitest'
import { SABOTAGES } from './sabotages.ts'
import { BUCKET_SABOTAGES } from './sabotages-of-the-bucket.ts'
import { scenarioOf } from './scenario/scenario-of.ts'
import { simulate } from './simulate.ts'

const seedsMax = 6_000

/** Which promise each of these must break. Without a fence, for example, orders must be charged twice. */
const mustBreak: Readonly<Record<string, RegExp>> = {
  'has no fence': /^1:/,
  'never recovers': /^3: \w+ is still (claimed|sending)$/,
  ...Object.fromEntries(Object.keys(BUCKET_SABOTAGES).map((name) => [name, /^5:/])),
}

/** Seeds that have found a bug, tried first: these are late among six thousand. */
const hasFound: Readonly<Record<string, number>> = {
  'lets the last writer win': 392,
  'takes a suspected duplicate for a decline': 61,
  'takes any 2xx for a success': 2244,
  'forgets what was reserved when its instance dies': 557,
  'does not wait for the PAT to expire': 158,
  'calls a charge off the moment its PAT expires': 297,
  'charges when the ledger fails': 149,
}

/** What recovery leaves alone is clear within the hour, and its rounds of all nine days would take a minute. */
const forMs: Readonly<Record<string, number>> = { 'never recovers': 60 * 60_000 }

/** A seed that fails with the bug, and passes without it. */
async function findingSeed(name: string): Promise<{ seed: number; violation: string } | null> {
  const sabotage = SABOTAGES[name] ?? {}
  const until = forMs[name] === undefined ? {} : { forMs: forMs[name] }
  const all = Array.from({ length: seedsMax }, (_, seed) => seed)
  for (const seed of [hasFound[name] ?? 0, ...all]) {
    const scenario = scenarioOf(seed)
    const { violation } = await simulate(scenario, { sabotage, ...until })
    if (violation === null || !(mustBreak[name] ?? /./).test(violation)) continue
    if ((await simulate(scenario)).violation === null) return { seed, violation }
  }
  return null
}

test.each(Object.keys(SABOTAGES))('a service that %s is found out', { timeout: 120_000 }, async (name) => {
  const found = await findingSeed(name)
  expect(found).not.toBeNull()
  process.stdout.write(`"${name}" was found by seed ${found?.seed}: ${found?.violation}\n`)
})
