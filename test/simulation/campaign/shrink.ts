import type { FaultKind } from '../scenario/faults.ts'
import { type HazardPlan, NO_HAZARDS } from '../scenario/hazards.ts'
import type { Scenario, UpstreamTraits } from '../scenario/scenario.ts'
import { type SimulateOptions, simulate } from '../simulate.ts'

export interface Shrunk {
  readonly scenario: Scenario
  readonly violation: string
}

/** A simpler scenario uses the dice differently, so the same story may need another seed of dice. */
const throwsMax = 40

/** Removes from a scenario, one by one, all that is not needed to break the same promise. */
export async function shrink(scenario: Scenario, options: SimulateOptions = {}): Promise<Shrunk | null> {
  const { violation } = await simulate(scenario, options)
  if (violation === null) return null
  let best: Shrunk = { scenario, violation }
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false
    for (const simpler of simplerThan(best.scenario)) {
      const found = await breaksTheSame(simpler, violation, options)
      if (!found) continue
      best = found
      hasShrunk = true
      break
    }
  }
  return best
}

async function breaksTheSame(
  scenario: Scenario,
  violation: string,
  options: SimulateOptions,
): Promise<Shrunk | null> {
  for (let shift = 0; shift < throwsMax; shift++) {
    const thrown = { ...scenario, dice: scenario.dice + shift * 1_000_003 }
    const result = await simulate(thrown, options)
    if (result.violation?.[0] === violation[0] && result.violation !== null)
      return { scenario: thrown, violation: result.violation }
  }
  return null
}

const plainTraits: Partial<UpstreamTraits> = {
  lagMsMax: 0,
  flickers: false,
  checksLag: false,
  isBlind: false,
  declinesAreTransactions: false,
  wasDeclinedElsewhere: false,
  answersForCopy: false,
  leavesMethodOut: false,
  leavesReferenceOut: false,
  leavesDateOut: false,
  looksAtOrderFirst: false,
  processingMsMax: 0,
  lateDeclineStatusId: 6,
}
const calm = { newKeyOnDoubt: 0, otherBody: 0, doubleClick: 0, polls: 0, startMs: 0 } as const

/** Every scenario with one thing less than this one. */
function* simplerThan(scenario: Scenario): Generator<Scenario> {
  const { shoppers, faults, upstream } = scenario
  for (const index of shoppers.keys()) {
    if (shoppers.length > 1) yield { ...scenario, shoppers: shoppers.toSpliced(index, 1) }
  }
  for (const kind of Object.keys(faults) as FaultKind[]) {
    const { [kind]: _left, ...others } = faults
    yield { ...scenario, faults: others }
  }
  if (scenario.nodes > 1) yield { ...scenario, nodes: 1 }
  if (scenario.clockSkewMsMax > 0) yield { ...scenario, clockSkewMsMax: 0 }
  for (const [index, end] of upstream.gatewayEnds.entries()) {
    const [first, ...rest] = upstream.gatewayEnds.toSpliced(index, 1)
    if (first !== undefined && end !== undefined)
      yield { ...scenario, upstream: { ...upstream, gatewayEnds: [first, ...rest] } }
  }
  for (const [name, plain] of Object.entries(plainTraits)) {
    if (upstream[name as keyof UpstreamTraits] !== plain)
      yield { ...scenario, upstream: { ...upstream, [name]: plain } }
  }
  const { hazards } = scenario
  for (const index of hazards.merchants.keys())
    yield { ...scenario, hazards: { ...hazards, merchants: hazards.merchants.toSpliced(index, 1) } }
  for (const [name, none] of Object.entries(NO_HAZARDS)) {
    if (JSON.stringify(hazards[name as keyof HazardPlan]) !== JSON.stringify(none))
      yield { ...scenario, hazards: { ...hazards, [name]: none } }
  }
  for (const [index, shopper] of shoppers.entries()) {
    for (const [name, plain] of Object.entries(calm)) {
      if (shopper[name as keyof typeof calm] !== plain)
        yield { ...scenario, shoppers: shoppers.with(index, { ...shopper, [name]: plain }) }
    }
  }
}
