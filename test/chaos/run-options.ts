import { parseArgs } from 'node:util'

export interface RunOptions {
  readonly seconds: number
  readonly seed: number
  readonly databases: readonly ('postgres' | 'sqlite')[]
  readonly instances: number
  readonly faults: number
  readonly rate: number
  /** Part of the names of what may go wrong; '' for all. */
  readonly only: string
  /** How often an instance is killed at each boundary of a payment; 0 leaves that part out. */
  readonly killPoints: number
  /** Seconds between two kills of an instance; 0 for none. */
  readonly killEvery: number
  readonly naive: boolean
  /** What is run beside the kills and the naive handler. */
  readonly mode: 'storm' | 'troubles' | 'pooler' | 'promote' | 'none'
  /** The folder of another version of the service, to be run in place of this one. */
  readonly project: string | undefined
  readonly report: boolean
}

export const usage = `npm run chaos -- [options]

  --seconds 60          of faults and kills, per database
  --seed N              what is decided by chance; a new one unless given
  --database both       postgres, sqlite or both
  --instances 3         on Postgres; SQLite has one
  --faults 0.2          probability that something goes wrong with an order's charge
  --only TEXT           only faults, listings and acts of merchants whose name contains it
  --rate 8              orders per second
  --kill-every 3        seconds between two kills of an instance; 0: none
  --kill-points 1       kills at each distinct boundary of a payment; 0: none
  --troubles            each trouble by itself instead of a storm: an outage, a fail-over, a full disk, …
  --pooler              the storm on Postgres behind pgbouncer, in transaction mode
  --promote             the storm on Postgres with a synchronous standby that is promoted again and again
  --no-storm            leaves the storm out
  --project FOLDER      runs the service of another version, installed there, in place of this one
  --no-naive            leaves out the naive handler, which is run for comparison
  --report              writes the figures to docs/reliability.md`

/** @throws Error with a sentence for the user. */
export function readOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      database: { type: 'string', default: 'both' },
      instances: { type: 'string', default: '3' },
      faults: { type: 'string', default: '0.2' },
      rate: { type: 'string', default: '8' },
      only: { type: 'string', default: '' },
      'kill-points': { type: 'string', default: '1' },
      storm: { type: 'boolean', default: true },
      troubles: { type: 'boolean', default: false },
      pooler: { type: 'boolean', default: false },
      promote: { type: 'boolean', default: false },
      project: { type: 'string' },
      'kill-every': { type: 'string', default: '3' },
      naive: { type: 'boolean', default: true },
      report: { type: 'boolean', default: false },
    },
  })
  const number = (name: string, text: string, min: number, max: number) => {
    const value = Number(text)
    if (text === '' || !(value >= min && value <= max))
      throw new Error(`--${name} must be from ${min} to ${max}`)
    return value
  }
  const databases = { both: ['postgres', 'sqlite'], postgres: ['postgres'], sqlite: ['sqlite'] } as const
  const chosen = databases[values.database as keyof typeof databases]
  if (!chosen) throw new Error('--database must be postgres, sqlite or both')
  const modes = (['troubles', 'pooler', 'promote'] as const).filter((mode) => values[mode])
  if (modes.length > 1) throw new Error(`--${modes.join(' and --')} are runs of their own`)
  return {
    seconds: number('seconds', values.seconds, 5, 7_200),
    seed: number('seed', values.seed, 0, 2 ** 32 - 1),
    databases: chosen,
    instances: number('instances', values.instances, 1, 8),
    faults: number('faults', values.faults, 0, 1),
    rate: number('rate', values.rate, 0.1, 50),
    only: values.only,
    killPoints: number('kill-points', values['kill-points'], 0, 1_000),
    killEvery: number('kill-every', values['kill-every'], 0, 3_600),
    naive: values.naive,
    mode: modes[0] ?? (values.storm ? 'storm' : 'none'),
    project: values.project,
    report: values.report,
  }
}

/** The command that does the same again. */
export function commandOf(options: RunOptions): string {
  const { seconds, seed, databases, instances, faults, only, rate, killEvery, killPoints, naive, mode } =
    options
  const database = databases.length === 1 ? databases[0] : 'both'
  const part = only === '' ? '' : ` --only '${only}'`
  const rest = `--rate ${rate} --kill-every ${killEvery} --kill-points ${killPoints}${naive ? '' : ' --no-naive'}`
  const as = {
    storm: '',
    none: ' --no-storm',
    troubles: ' --troubles',
    pooler: ' --pooler',
    promote: ' --promote',
  }
  return `npm run chaos -- --seconds ${seconds} --seed ${seed} --database ${database} --instances ${instances} --faults ${faults}${part} ${rest}${as[mode]}`
}
