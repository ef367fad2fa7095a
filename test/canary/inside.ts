/**
 * Loaded before the service (`node --import test/canary/inside.ts src/main.ts`): does inside the process what an operator
 * would do with tools, when the test says so.
 */
import { writeFileSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'
import { Counter, Registry } from 'prom-client'

export type Errand =
  | { readonly errand: 'snapshot' | 'report'; readonly path: string }
  | {
      readonly errand: `plant in ${'log' | 'metrics' | 'spans' | 'heap' | 'report'}` | 'throw'
      readonly value: string
    }

const planted: string[] = []
const registries = new Set<Registry>()
const { registerMetric } = Registry.prototype
Registry.prototype.registerMetric = function (metric) {
  registries.add(this)
  registerMetric.call(this, metric)
}
let reported = 'asked for'

function run(told: Errand): void {
  switch (told.errand) {
    case 'snapshot':
      // Collects garbage first.
      writeHeapSnapshot(told.path)
      return
    case 'report':
      writeFileSync(told.path, JSON.stringify(process.report.getReport(new Error(reported))))
      return
    case 'plant in log':
      process.stdout.write(`${JSON.stringify({ level: 30, number: told.value })}\n`)
      return
    case 'plant in metrics':
      // The service's own counter, and the one label that comes from what a caller sends.
      for (const registry of registries) {
        const payments = registry.getSingleMetric('tillgate_payments_total')
        if (payments instanceof Counter) payments.inc({ method: told.value })
      }
      return
    case 'plant in spans':
      // The method is part of the name of the span that is made of every call.
      void fetch(String(process.env.OTEL_EXPORTER_OTLP_ENDPOINT), { method: `X${told.value}` }).catch(
        () => {},
      )
      return
    case 'plant in heap':
      planted.push(`${told.value}, planted`)
      return
    case 'plant in report':
      reported = told.value
      return
    case 'throw':
      setImmediate(() => {
        throw new Error(`while paying with ${told.value}`)
      })
      return
    default:
      told satisfies never
  }
}

process.on('message', (told: Errand) => {
  run(told)
  process.send?.('done')
})
