import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { TraceCollector } from '../process/trace-collector.ts'
import type { Client } from './client.ts'
import type { WatchedDatabase } from './databases.ts'
import { snapshotOf } from './heap.ts'
import type { WatchedService } from './service.ts'
import type { Sink } from './sink.ts'

export interface Watched {
  readonly service: WatchedService
  readonly collector: TraceCollector
  readonly client: Client
  readonly database: WatchedDatabase
  /** A folder that the process may write to. */
  readonly folder: string
}

/**
 * Every place where the service leaves data. A canary planted in one may also reach the later ones (spans hold requests,
 * memory holds everything), but never the earlier ones.
 */
export const createSinks = ({ service, collector, client, database, folder }: Watched): Sink[] => [
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
    name: 'metrics',
    read: async () => [
      { where: 'scraped', bytes: Buffer.from(await (await fetch(service.metricsUrl)).arrayBuffer()) },
    ],
    plant: (value) => service.do({ errand: 'plant in metrics', value }),
  },
  {
    name: 'spans',
    read: async () => [{ where: 'all', bytes: Buffer.from(collector.bytes()) }],
    async plant(value) {
      await service.do({ errand: 'plant in spans', value })
      await expect.poll(() => collector.bytes().includes(value), { timeout: 10_000 }).toBe(true)
    },
  },
  ...database.sinks,
  {
    name: 'diagnostic report',
    async read() {
      const path = join(folder, 'report')
      await service.do({ errand: 'report', path })
      return [{ where: 'report', bytes: readFileSync(path) }]
    },
    plant: (value) => service.do({ errand: 'plant in report', value }),
  },
  {
    name: 'heap',
    read: () => snapshotOf(service, folder),
    plant: (value) => service.do({ errand: 'plant in heap', value }),
  },
  {
    name: 'answers',
    read: async () => [{ where: 'all', bytes: Buffer.concat(client.answers) }],
    // The digits that every card has inside: a request id that is no card number is said back, and logged.
    async plant(value) {
      const id = `planted-${value.slice(1, -1)}`
      await client.request('GET', '/nowhere', { 'x-request-id': id })
      await expect.poll(() => service.output().includes(id)).toBe(true)
    },
  },
]
