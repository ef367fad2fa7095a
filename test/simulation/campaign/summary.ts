import { FAULT_KINDS } from '../scenario/faults.ts'
import { HAZARDS } from '../scenario/hazards.ts'
import { DOUBT_LENGTHS } from '../witness/doubts.ts'
import type { Totals } from './totals.ts'

const number = (value: number) => value.toLocaleString('en-US')
const line = (name: string, value: number) => `  ${name.padEnd(28)}${number(value).padStart(14)}`

const sumOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** The results of a campaign, for a person to read. */
export function summaryOf(totals: Totals, seconds: number): string {
  const { seeds, orders, requests, attempts, charges, looks, steps, ends, faults, hazards, violations } =
    totals
  const lines = [
    line('seeds', seeds),
    line('orders', orders),
    line('requests of clients', requests),
    line('attempts to pay', attempts),
    ...Object.entries(ends)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([status, count]) => line(`  ${status}`, count)),
    line('sent', totals.sent),
    line('  of these in doubt', sumOf(totals.doubts)),
    ...DOUBT_LENGTHS.map((within) => line(`    until ${within}`, totals.doubts[within] ?? 0)),
    line('charges at BigCommerce', charges),
    line('looks at lost answers', looks),
    line('calls between the parts', steps),
    line('faults', sum(Object.values(faults))),
    ...FAULT_KINDS.filter((kind) => faults[kind]).map((kind) =>
      line(`  ${kind.replaceAll('_', ' ')}`, faults[kind] ?? 0),
    ),
    ...HAZARDS.filter((hazard) => hazards[hazard]).map((hazard) =>
      line(hazard.replaceAll('_', ' '), hazards[hazard] ?? 0),
    ),
    line('seconds', Math.round(seconds)),
    line('seeds a second', Math.round(seeds / seconds)),
    line('broken promises', violations.length),
    ...violations.slice(0, 10).map(({ seed, what }) => `    seed ${seed}: ${what}`),
  ]
  return lines.join('\n')
}

const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
