import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

/** What every Node process has: event loop, memory, garbage collection, CPU, file descriptors; and which version runs. */
export function createProcessMetrics(registry: Registry, version: string): void {
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'tillgate_build_info',
    help: 'Always 1; which version runs.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
}
