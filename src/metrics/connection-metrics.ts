import { Gauge, type Registry } from 'prom-client'
import type { ConnectionCounts, WatchConnections } from '../domain/connection-counts.ts'

/** Shows how each pool stands when somebody looks. SQLite has no connections, and shows none. */
export function createConnectionMetrics(registry: Registry): (pool: string) => WatchConnections {
  const pools = new Map<string, () => ConnectionCounts>()
  new Gauge({
    name: 'tillgate_connections',
    help: 'Connections of a pool (open, of these idle), and how many wait for one.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, read] of pools) {
        for (const [state, count] of Object.entries(read())) this.set({ pool, state }, count)
      }
    },
  })
  return (pool) => (read) => void pools.set(pool, read)
}
