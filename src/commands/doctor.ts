import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseOrderId } from '../domain/order.ts'
import { checkConfiguration } from './doctor/check-configuration.ts'
import { type ExamineOptions, examine } from './doctor/examine.ts'
import { type Finding, isFit, lineOf, summaryOf } from './doctor/finding.ts'

const usage = `npm run doctor [-- --order ID] [--url https://pay.shop.example] [--token -] [--json]

Checks the configuration against the real store. Changes nothing. Exits with 1 if a check fails.
  --order ID  also say what this order can be paid with
  --url URL   where clients and BigCommerce reach the service, to check the webhooks against
  --token -   also explain a caller token from standard input; or give the token itself
  --json      print one JSON document instead of lines`

const { isJson, ...options } = optionsOrExit()
const findings: Finding[] = []
for await (const finding of findingsFor(options)) {
  findings.push(finding)
  if (!isJson) process.stdout.write(`${lineOf(finding)}\n`)
}
const isOk = isFit(findings)
const end = isJson ? JSON.stringify({ ok: isOk, findings }, null, 2) : `\n${summaryOf(findings)}`
// Exits at once: a DNS lookup that is still running would keep the process alive.
process.stdout.write(`${end}\n`, () => process.exit(isOk ? 0 : 1))

async function* findingsFor(options: ExamineOptions): AsyncGenerator<Finding> {
  const { config, findings } = checkConfiguration()
  yield* findings
  if (config) yield* examine(config, options)
}

/** From standard input the token stays out of the list of processes and the shell's history. */
function tokenOf(given: string | undefined): string | null {
  if (given === undefined) return null
  return (given === '-' ? readFileSync(0, 'utf8') : given).trim().replace(/^Bearer\s+/i, '')
}

function optionsOrExit(): ExamineOptions & { readonly isJson: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        order: { type: 'string' },
        url: { type: 'string' },
        token: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const orderId = values.order === undefined ? null : parseOrderId(values.order)
    if (values.order !== undefined && orderId === null) throw new Error('--order must be an order id')
    if (values.url !== undefined && !URL.canParse(values.url)) throw new Error('--url must be an address')
    return {
      isJson: values.json,
      orderId,
      publicUrl: values.url === undefined ? null : values.url.replace(/\/+$/, ''),
      callerToken: tokenOf(values.token),
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exit(1)
  }
}
