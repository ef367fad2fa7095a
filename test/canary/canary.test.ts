import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startTraceCollector } from '../process/trace-collector.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { type Canaries, createCanaries } from './canaries.ts'
import { createClient } from './client.ts'
import { watchedPostgres, watchedSqlite } from './databases.ts'
import { answerByOrder, type Failures, runLoad, webhookSecret } from './load.ts'
import { type Remains, search } from './search.ts'
import { startWatchedService, type WatchedService } from './service.ts'

/** A place where something may be left behind: how it is read, and how a canary gets there on purpose. */
interface Sink {
  readonly name: string
  read(): Promise<Remains[]>
  /** Leaves a card number there. */
  plant(number: string): Promise<void>
}

const paymentTimeoutMs = 1_000

test.each([
  ['SQLite', watchedSqlite],
  ['Postgres', watchedPostgres],
])(
  'no card number, CVV, PAT or store token is left anywhere, with %s; and one that is put there is found',
  { timeout: 300_000 },
  async (_engine, openDatabase) => {
    const folder = mkdtempSync(join(tmpdir(), 'tillgate-canary-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const database = await openDatabase()
    const failures: Failures = new Map()
    const unnamed = createCanaries([])
    const upstream = await startScriptedUpstream({ marks: unnamed.patMarks, answer: answerByOrder(failures) })
    onTestFinished(() => upstream.close())
    const collector = await startTraceCollector()
    const service = await startWatchedService({
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_PORT: '0',
      BIGCOMMERCE_STORE_HASH: upstream.storeHash,
      BIGCOMMERCE_ACCESS_TOKEN: unnamed.storeToken,
      BIGCOMMERCE_API_URL: upstream.managementUrl,
      BIGCOMMERCE_PAYMENTS_URL: upstream.paymentsUrl,
      BIGCOMMERCE_CLIENT_ID: 'an-app',
      BIGCOMMERCE_CLIENT_SECRET: webhookSecret,
      DATABASE_URL: database.url,
      PAYMENT_TIMEOUT_MS: String(paymentTimeoutMs),
      LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      PAYMENT_RATE_LIMIT: '1000',
      ADDRESS_RATE_LIMIT: '0',
      CALLER_RATE_LIMIT: '0',
      VELOCITY_ORDER_ATTEMPTS: '0',
      VELOCITY_CALLER_DECLINES: '0',
      VELOCITY_ADDRESS_DECLINES: '0',
      ...authEnvironment,
    })
    const heap = () => snapshotOf(service, folder)
    const canaries = { ...unnamed, cvvs: unusedIn(await heap()) }
    const client = createClient(service.url)
    // While its heap was written it stood still, and turns everybody away until it has caught up.
    await expect.poll(() => client.request('GET', '/orders/215/payments'), { timeout: 20_000 }).toBe(401)

    const { cards, callerTokens, statuses } = await runLoad({
      client,
      canaries,
      failures,
      database,
      storeHash: upstream.storeHash,
    })
    // Charges that are not answered end here, and what looks for them has had its turn.
    await sleep(paymentTimeoutMs + 1_000)
    for (const status of [
      200, 201, 202, 204, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 431, 502, 503,
    ])
      expect([...statuses.keys()], `a load that is never answered ${status} leaves a door shut`).toContain(
        status,
      )
    expect(upstream.paymentAccessTokens.length).toBeGreaterThan(100)

    const measured: string[] = []
    const scraped = async () => (await fetch(service.metricsUrl)).text()
    expect(collector.spans.length).toBeGreaterThan(500)
    expect(await scraped()).toContain('tillgate_')
    const left = async (sinks: readonly Sink[]) => {
      const found: string[] = []
      for (const { name, read } of sinks)
        for (const remains of await read())
          found.push(...search({ ...remains, where: `${name}, ${remains.where}` }, canaries, cards))
      return found
    }
    const sinks: Sink[] = [
      {
        name: 'log',
        read: async () => [{ where: 'output', bytes: service.output() }],
        async plant(value) {
          const before = service.output().length
          await service.do({ errand: 'plant in log', value })
          await expect.poll(() => service.output().length).toBeGreaterThan(before)
        },
      },
      {
        name: 'answers',
        read: async () => client.answers.map((bytes, index) => ({ where: `answer ${index}`, bytes })),
        plant: async (number) =>
          void client.answers.push(Buffer.from(`HTTP/1.1 200 OK\r\n\r\n{"data":"${number}"}`)),
      },
      {
        name: 'spans',
        read: async () => [{ where: 'all', bytes: Buffer.from(collector.bytes()) }],
        async plant(number) {
          const body = JSON.stringify({ resourceSpans: [], number })
          await fetch(`${collector.endpoint}/v1/traces`, { method: 'POST', body })
        },
      },
      {
        name: 'metrics',
        read: async () => [{ where: 'scraped', bytes: Buffer.from(`${await scraped()}${measured.join()}`) }],
        plant: async (number) => void measured.push(number),
      },
      {
        name: 'database',
        read: database.remains,
        plant: (number) =>
          database.run(`UPDATE payment_attempts SET payment_method_id = '${number}' WHERE order_id > 0`),
      },
      {
        name: 'heap',
        read: heap,
        plant: (value) => service.do({ errand: 'plant in heap', value }),
      },
      {
        name: 'diagnostic report',
        read: async () => [await reportOf(service, folder)],
        plant: (value) => service.do({ errand: 'plant in report', value }),
      },
    ]
    expect(await left(sinks)).toEqual([])
    const logged = service.output()
    for (const token of callerTokens) expect(logged.includes(token)).toBe(false)
    // The gate had nothing to hold back: nobody tries to log what is not listed.
    expect(logged.toString()).not.toMatch(/"refused"|unlisted event/)

    for (const sink of sinks) {
      await sink.plant(canaries.card())
      expect(await left([sink]), sink.name).not.toEqual([])
    }

    // An exception that nobody catches, and its last words.
    const before = service.output().length
    await service.do({ errand: 'throw', value: canaries.card() })
    expect(await service.ended).toBe(1)
    const words = service.output().subarray(before)
    expect(words.toString()).toContain('shutting down')
    expect(search({ where: 'last words', bytes: words }, canaries, cards)).toEqual([])
  },
)

/** The store token must be in memory: it is sent with each call. */
async function snapshotOf(service: WatchedService, folder: string): Promise<Remains[]> {
  const path = join(folder, 'heap')
  await service.do({ errand: 'snapshot', path })
  const bytes = readFileSync(path)
  return [
    // Whole, with the names of all properties, among which three digits may be the number of a slot.
    { where: 'snapshot', bytes, except: ['store token', 'CVV', 'digest'] },
    { where: 'strings', bytes: stringsOf(JSON.parse(bytes.toString('utf8'))), except: ['store token'] },
  ]
}

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } }
  readonly nodes: number[]
  readonly strings: string[]
}

/** Each string that is a value in memory, in quotation marks. */
function stringsOf({ snapshot, nodes, strings }: Snapshot): Buffer {
  const { node_fields: fields, node_types: types } = snapshot.meta
  const isString = new Set(
    types[0].flatMap((type, index) => (/string|number|bigint|symbol/.test(type) ? [index] : [])),
  )
  const found = new Set<string>()
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (isString.has(nodes[at] ?? -1)) found.add(strings[nodes[at + fields.indexOf('name')] ?? -1] ?? '')
  }
  return Buffer.from(JSON.stringify([...found]))
}

async function reportOf(service: WatchedService, folder: string): Promise<Remains> {
  const path = join(folder, 'report')
  await service.do({ errand: 'report', path })
  return { where: 'report', bytes: readFileSync(path) }
}

/** Three numbers of three digits that are no string in memory before a card has been seen, and no HTTP status. */
function unusedIn(heap: readonly Remains[]): Canaries['cvvs'] {
  const strings = heap.at(-1)?.bytes ?? Buffer.alloc(0)
  const all = Array.from({ length: 400 }, (_, index) => String(600 + index))
  return all
    .filter((cvv) => !strings.includes(`"${cvv}"`))
    .sort(() => Math.random() - 0.5)
    .slice(0, 3)
}
