import type { FleetResult } from '../../test/fleet/summarize.ts'

const useMin = 0.95
const percent = (part: number) => `${(part * 100).toFixed(1)} %`
const shareOf = (paid: number, all: number) =>
  all === 0 ? 'none came' : `${paid} of ${all} (${percent(paid / all)})`

const countsOf = (words: readonly string[]) =>
  words.length === 0
    ? 'none'
    : Object.entries(Object.groupBy(words, (word) => word))
        .map(([word, all = []]) => `${all.length} × ${word}`)
        .join(', ')

/** The load on a fleet and its results, as Markdown. */
export function fleetTable(result: FleetResult): string {
  const { callers, retriesDuring, retriesAfter, others } = result
  const rows = [
    ['most payments in any 4 s, at the sandbox', '50', result.maxInWindow],
    ['429s of the sandbox', '0', result.upstreamRefusals],
    ['use of the allowance', `${percent(useMin)} or more`, percent(result.use)],
    ...callers.map(({ name, asked, paid }) => [
      `paid of caller \`${name}\``,
      name === 'flood' ? 'what is left' : 'nearly all',
      shareOf(paid, asked),
    ]),
    [
      'refused with a Retry-After',
      'all',
      shareOf(result.refusalsWithRetryAfter, result.refusals).replace('none came', 'none refused'),
    ],
    [
      'came again when told after the flood, and were paid',
      'all',
      shareOf(retriesAfter.paid, retriesAfter.all),
    ],
    [
      'came again when told into the same flood, and were paid',
      'as many as of the flood',
      shareOf(retriesDuring.paid, retriesDuring.all),
    ],
    ['told *paid*, and charges', 'the same', `${result.paid} and ${result.charged}`],
    ['other answers', 'none', countsOf(others)],
    ['sent on to another instance during the restart', '', result.moves],
  ]
  return ['| | wanted | measured |', '|---|--:|--:|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  )
}

/** The promises that were broken, as sentences. */
export function faultsOf(result: FleetResult): string[] {
  const light = result.callers.filter(({ name }) => name !== 'flood')
  return [
    result.maxInWindow > 50 && `${result.maxInWindow} payments in 4 s`,
    result.upstreamRefusals > 0 && `${result.upstreamRefusals} charges turned away by the sandbox`,
    result.use < useMin && `${percent(result.use)} of the allowance was used`,
    light.some(({ asked, paid }) => paid < asked * 0.9) && 'a light caller was starved',
    result.refusals !== result.refusalsWithRetryAfter && 'refusals without a Retry-After',
    result.retriesAfter.paid < result.retriesAfter.all && 'a Retry-After was not true',
    result.paid !== result.charged && 'payments told and charges differ',
    result.others.length > 0 && 'other answers',
  ].filter((fault) => fault !== false)
}
