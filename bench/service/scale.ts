import type { Costs } from './costs.ts'
import { table } from './report.ts'

const sizes = [1, 100, 10_000] as const

/** What a store may pay at most. */
const mostPerSecond = 12.5
/** An ordinary day: one payment a store in fifty seconds, as the year goes. */
const usualPerSecond = 0.02
const secondsPerYear = 365 * 24 * 3_600

/** The quotas of BigCommerce's management host: Standard and Plus, and Pro. */
const quotas = [150, 450] as const
const quotaSeconds = 30
/** Of an instance: the most connections that it opens to Postgres. */
const connectionsMax = 10
/** What a Postgres of a common size has: cores, and connections without a pooler before it. */
const serverCores = 8
const serverConnections = 1_000

/** The plan for an operator: each figure is computed from measured ones, which are beside it. */
export const scalePage = (costs: Costs): string =>
  ['#### Measured', measuredTable(costs), '#### Computed', computedTable(costs), limitsText(costs)].join(
    '\n\n',
  )

const measuredTable = (costs: Costs): string =>
  table(
    ['', 'a payment', 'an idle instance, a second'],
    [
      ['rows in the ledger', costs.rowsPerPayment.toFixed(1), '-'],
      [
        'bytes in the ledger, with indexes: Postgres, SQLite',
        `${kB(costs.bytesPerPayment)}, ${kB(costs.sqliteBytesPerPayment)}`,
        '-',
      ],
      ['commits on Postgres', costs.commitsPerPayment.toFixed(1), costs.idleCommitsPerSecond.toFixed(1)],
      ['flushes of its log, alone', costs.flushesPerPayment.toFixed(1), '-'],
      ['bytes of its log', kB(costs.walBytesPerPayment), '-'],
      ['calls to BigCommerce’s management host', costs.callsPerPayment.toFixed(1), '0'],
      [
        'CPU of the service',
        `${costs.serviceMsPerPayment.toFixed(1)} ms`,
        `${costs.idleServiceMsPerSecond.toFixed(1)} ms`,
      ],
      [
        'CPU of Postgres',
        `${costs.postgresMsPerPayment.toFixed(1)} ms`,
        `${costs.idlePostgresMsPerSecond.toFixed(1)} ms`,
      ],
      ['resident memory of an instance', '-', `${costs.residentMb.toFixed(0)} MB`],
      ['connections to Postgres, open', '-', String(costs.connections)],
    ],
  )

function computedTable(costs: Costs): string {
  const row = (what: string, of: (stores: number) => string) => [what, ...sizes.map(of)]
  const cores = (stores: number, perSecond: number, paying: number, idle: number) =>
    ((stores * (perSecond * paying + idle)) / 1_000).toFixed(stores === 1 ? 2 : 0)
  const both = (of: (stores: number, perSecond: number) => string) => (stores: number) =>
    `${of(stores, usualPerSecond)} / ${of(stores, mostPerSecond)}`
  return table(
    [
      'usual / at most',
      ...sizes.map((stores) => `${stores.toLocaleString('en-US')} ${stores === 1 ? 'store' : 'stores'}`),
    ],
    [
      row(
        'payments a second',
        both((stores, perSecond) => number(stores * perSecond)),
      ),
      row('payments a year, usual', (stores) => number(stores * usualPerSecond * secondsPerYear)),
      row('rows a year, usual', (stores) =>
        number(stores * usualPerSecond * secondsPerYear * costs.rowsPerPayment),
      ),
      row('ledger a year, usual', (stores) =>
        gB(stores * usualPerSecond * secondsPerYear * costs.bytesPerPayment),
      ),
      row(
        'commits a second',
        both((stores, perSecond) =>
          number(stores * (perSecond * costs.commitsPerPayment + costs.idleCommitsPerSecond)),
        ),
      ),
      row(
        'flushes a second, if none is shared',
        both((stores, perSecond) => number(stores * perSecond * costs.flushesPerPayment)),
      ),
      row(
        'log of Postgres, a second',
        both((stores, perSecond) => kB(stores * perSecond * costs.walBytesPerPayment)),
      ),
      row('connections, as measured / at most', (stores) =>
        [costs.connections, connectionsMax].map((each) => number(stores * each)).join(' / '),
      ),
      row(
        'cores of the instances',
        both((stores, perSecond) =>
          cores(stores, perSecond, costs.serviceMsPerPayment, costs.idleServiceMsPerSecond),
        ),
      ),
      row(
        'cores of Postgres',
        both((stores, perSecond) =>
          cores(stores, perSecond, costs.postgresMsPerPayment, costs.idlePostgresMsPerSecond),
        ),
      ),
      row('memory of the instances', (stores) => gB(stores * costs.residentMb * 2 ** 20)),
    ],
  )
}

function limitsText(costs: Costs): string {
  const byQuota = quotas.map((quota) => (quota / quotaSeconds / costs.callsPerPayment).toFixed(1))
  const storesByCores = (perSecond: number) =>
    (serverCores * 1_000) / (perSecond * costs.postgresMsPerPayment + costs.idlePostgresMsPerSecond)
  const storesByConnections = serverConnections / Math.max(1, costs.connections)
  const usual = Math.min(storesByCores(usualPerSecond), storesByConnections)
  const most = Math.min(storesByCores(mostPerSecond), storesByConnections)
  const servers = (perServer: number) => number(Math.ceil(sizes[2] / perServer))
  return `What gives out first, and what is done then:

- **One store**: BigCommerce's management quota. With ${costs.callsPerPayment.toFixed(1)} calls a payment, ${quotas[0]} calls in ${quotaSeconds} s are ${byQuota[0]} payments a
  second, ${quotas[1]} are ${byQuota[1]}; the payments host would take ${mostPerSecond}. A higher plan is what helps. SQLite is enough, and one instance.
- **A hundred stores**: connections. A hundred instances open ${number(100 * costs.connections)} as measured and ${number(100 * connectionsMax)} at most, and Postgres has 100 unless told
  otherwise: set \`max_connections\`, or put a pooler before it. Its CPU is enough for ${number(storesByCores(mostPerSecond))} stores at their most on ${serverCores} cores.
- **Ten thousand stores**: one Postgres. With ${serverCores} cores and ${number(serverConnections)} connections one takes ${number(usual)} stores on a usual day and ${number(most)} at their most: that is
  ${servers(usual)} of them, or ${servers(most)}. A store's ledger is a database of its own, so it moves by dump and restore. What is resident
  is ${gB(sizes[2] * costs.residentMb * 2 ** 20)} for the instances; a store that takes no payment costs ${(costs.idleServiceMsPerSecond / 10).toFixed(1)} % of a core all the same.
- **Rows of past years** cost disk, not time: no statement reads payments that have ended. Where disk is short, move them by month
  into a table of their own.`
}

const kB = (bytes: number) =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`
const gB = (bytes: number) => (bytes >= 1e9 ? `${number(bytes / 1e9)} GB` : `${number(bytes / 1e6)} MB`)
const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 })
