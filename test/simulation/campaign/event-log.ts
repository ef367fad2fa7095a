import type { Trace } from '../engine/run.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type SimulateOptions, simulate } from '../simulate.ts'

const day = 24 * 3_600_000

/** Days, hours, minutes, seconds and milliseconds since the start. */
function clockOf(atMs: number): string {
  const time = new Date(atMs % day).toISOString().slice(11, 23)
  return `${String(Math.floor(atMs / day)).padStart(2)}d ${time}`
}

/** Runs a scenario and writes down everything that happens, line by line, and how it ended. */
export async function writeEventLog(
  scenario: Scenario,
  write: (line: string) => void,
  options: SimulateOptions = {},
): Promise<string | null> {
  const trace: Trace = (atMs, who, what) => write(`${clockOf(atMs)}  ${who.padEnd(9)} ${what}`)
  const { violation } = await simulate(scenario, { ...options, trace })
  write(violation === null ? 'No promise was broken.' : `BROKEN PROMISE ${violation}`)
  return violation
}
