/**
 * Loaded before the service (`node --import test/canary/inside.ts src/main.ts`): does inside the process what an operator
 * would do with tools, when the test says so.
 */
import { writeFileSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'

export type Errand =
  | { readonly errand: 'snapshot' | 'report'; readonly path: string }
  | {
      readonly errand: 'plant in log' | 'plant in heap' | 'plant in report' | 'throw' | 'reject'
      readonly value: string
    }

const planted: string[] = []
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
    case 'reject':
      Promise.reject(Object.assign(new TypeError(told.value), { body: { number: told.value } }))
      return
    default:
      told satisfies never
  }
}

process.on('message', (told: Errand) => {
  run(told)
  process.send?.('done')
})
