import { Gauge, type Registry } from 'prom-client'
import type { GateStanding } from '../clients/bigcommerce/management-gate.ts'
import { PURPOSES } from '../request-context.ts'

/** Shows how the quota of management calls stands when somebody looks. */
export function createGateMetrics(registry: Registry, standing: () => GateStanding): void {
  const registers = [registry]
  new Gauge({
    name: 'tillgate_management_quota_left',
    help: 'Calls that the management host still takes in this window, as this instance last heard.',
    registers,
    collect() {
      const { left } = standing()
      if (left === null) this.remove()
      else this.set(left)
    },
  })
  new Gauge({
    name: 'tillgate_management_calls_waiting',
    help: 'Calls on the management host that wait at this instance, by what they are for.',
    labelNames: ['purpose'],
    registers,
    collect() {
      const { waiting } = standing()
      for (const purpose of PURPOSES) this.set({ purpose }, waiting[purpose])
    },
  })
}
