import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const usage = `npm run bench -- [options]
  --rounds N        rounds of the comparison, each with a turn for every program (5)
  --seconds S       of a turn (2)
  --before MAIN.JS  compares with another build as well, in the same rounds
  --peers           compares with @fastify/http-proxy as well
  --only WORDS      of: listing, paying, start, memory; comma list. \`long\` for none of them
  --ended N         a ledger with so many ended payments (five million: some minutes and 5 GB)
  --overload SECONDS  ten times the store's allowance with the limits on
  --scale           what a payment costs, and the plan for many stores computed from it
  --stores N        tries the plan: so many stores on one Postgres, 200 payments a second in all (--stores-rate)
  --soak SECONDS    whether memory stays flat at the store's full allowance
  --report          writes the figures to docs/performance.md
  --profile         where the CPU goes, and nothing else`

const PARTS = ['listing', 'paying', 'start', 'memory'] as const
export type Part = (typeof PARTS)[number]

export interface BenchOptions {
  readonly rounds: number
  readonly seconds: number
  readonly before: string | undefined
  readonly hasPeers: boolean
  readonly parts: ReadonlySet<Part>
  /** null for none. */
  readonly ended: number | null
  readonly overloadSeconds: number | null
  readonly soakSeconds: number | null
  readonly hasScale: boolean
  readonly stores: number | null
  /** Payments a second of all stores together. */
  readonly storesRate: number
  readonly isReported: boolean
  readonly isProfile: boolean
  /** The command that does the same. */
  readonly command: string
}

export function optionsOrExit(): BenchOptions {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
        before: { type: 'string' },
        peers: { type: 'boolean', default: false },
        only: { type: 'string', default: PARTS.join() },
        ended: { type: 'string' },
        overload: { type: 'string' },
        soak: { type: 'string' },
        scale: { type: 'boolean', default: false },
        stores: { type: 'string' },
        'stores-rate': { type: 'string', default: '200' },
        profile: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
      },
    })
    return {
      rounds: wholeNumber('--rounds', values.rounds),
      seconds: wholeNumber('--seconds', values.seconds),
      before: values.before && resolve(values.before),
      hasPeers: values.peers,
      parts: new Set(PARTS.filter((part) => values.only.split(',').includes(part))),
      ended: wholeNumberOrNull('--ended', values.ended),
      overloadSeconds: wholeNumberOrNull('--overload', values.overload),
      soakSeconds: wholeNumberOrNull('--soak', values.soak),
      hasScale: values.scale,
      stores: wholeNumberOrNull('--stores', values.stores),
      storesRate: wholeNumber('--stores-rate', values['stores-rate']),
      isReported: values.report,
      isProfile: values.profile,
      command: ['npm run bench --', ...process.argv.slice(2).filter((word) => word !== '--report')].join(' '),
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exit(2)
  }
}

const wholeNumberOrNull = (name: string, text: string | undefined) =>
  text === undefined ? null : wholeNumber(name, text)

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`${name} must be a whole number of 1 or more`)
  return Number(text)
}
