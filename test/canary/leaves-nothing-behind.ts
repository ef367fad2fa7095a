import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { startTraceCollector } from '../process/trace-collector.ts'
import { callerLimitsOff } from '../support/caller-limits-off.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { createCanaries } from './canaries.ts'
import { createClient } from './client.ts'
import type { WatchedDatabase } from './databases.ts'
import { snapshotOf, unusedIn } from './heap.ts'
import { answerByOrder, type Failures, runLoad, webhookSecret } from './load.ts'
import { createSearch } from './search.ts'
import { startWatchedService } from './service.ts'
import type { Sink } from './sink.ts'
import { createSinks } from './sinks.ts'

const paymentTimeoutMs = 1_000

/**
 * No card number, CVV, PAT or store token is left behind by a process that met every request and failure we know; and
 * one that is planted on purpose is found.
 */
export async function leavesNothingBehind(openDatabase: () => Promise<WatchedDatabase>): Promise<void> {
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
    // Each permit has a number; the CVVs are above these.
    PAYMENT_RATE_LIMIT: '500',
    ...callerLimitsOff,
    ...authEnvironment,
  })
  const canaries = { ...unnamed, cvvs: unusedIn(await snapshotOf(service, folder)) }
  const client = createClient(service.url)
  // The process stood still while its heap was written, and refuses requests until it has caught up.
  await expect.poll(() => client.request('GET', '/orders/215/payments'), { timeout: 20_000 }).toBe(401)

  const { cards, callerTokens, statuses } = await runLoad({
    client,
    canaries,
    failures,
    database,
    storeHash: upstream.storeHash,
  })
  // Charges without an answer time out here, and the first looks are over.
  await sleep(paymentTimeoutMs + 1_000)
  for (const status of [200, 201, 202, 204, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 431, 502, 503])
    expect([...statuses.keys()], `a load that is never answered ${status} leaves a door shut`).toContain(
      status,
    )
  expect(upstream.paymentAccessTokens.length).toBeGreaterThan(100)

  expect(collector.spans.length).toBeGreaterThan(500)
  const search = createSearch(canaries, cards)
  async function* left(sinks: readonly Sink[]) {
    for (const { name, read } of sinks)
      for (const remains of await read()) yield* search({ ...remains, where: `${name}, ${remains.where}` })
  }
  const sinks = createSinks({ service, collector, client, database, folder })
  const remains: string[] = []
  for await (const found of left(sinks)) remains.push(found)
  expect(remains).toEqual([])
  const logged = service.output()
  for (const path of await pathsOf(service.url))
    expect(logged.includes(`"route":"${path}"`), `${path} was never asked for`).toBe(true)
  for (const token of callerTokens) expect(logged.includes(token)).toBe(false)
  // The log's filter dropped nothing: only listed fields were logged.
  expect(logged.toString()).not.toMatch(/"refused"|unlisted event/)

  for (const sink of sinks) {
    await sink.plant(canaries.card())
    // The first that is found says it, of tens of megabytes in dozens of forms.
    expect((await left([sink]).next()).done, sink.name).toBe(false)
  }

  // An uncaught exception: its last log lines, and the answers given meanwhile.
  const before = service.output().length
  const said = client.answers.length
  const late = client.sendSlowly('POST /orders/1/pay HTTP/1.1\r\nhost: tillgate\r\n', async () => {
    await service.do({ errand: 'throw', value: canaries.card() })
    await expect.poll(() => service.output().subarray(before).toString()).toContain('shutting down')
    const payload = `{"number":"${canaries.card()}"}`
    return `content-type: application/json\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`
  })
  expect(await late).toBe(503)
  expect(await service.ended).toBe(1)
  const words = service.output().subarray(before)
  for (const [where, bytes] of [
    ['last words', words],
    ['last answer', Buffer.concat(client.answers.slice(said))],
  ] as const)
    expect([...search({ where, bytes })]).toEqual([])
}

/** Every path of the contract, as the log names it. */
async function pathsOf(url: string): Promise<string[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
  return Object.keys(paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
}
