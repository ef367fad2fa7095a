import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createStoreOrders } from '../demo/store-orders.ts'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import { storeVariables } from '../sandbox/store-variables.ts'
import { type CallerTokenIssuer, mintCallerToken } from './mint-caller-token.ts'

/**
 * Counts the files of src/ that one has to open to follow a request: those in which a function ran between the request and
 * its answer, by V8's own counts. The service runs as a process of its own and has answered before. Only files that ran
 * for every request count, which leaves out the work of timers.
 */
const { values } = parseArgs({
  options: {
    /** Another checkout, to compare with. */
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    list: { type: 'boolean', default: false },
  },
})
const warmUps = 3
const times = 5

const root = resolve(values.root)
const folder = mkdtempSync(join(tmpdir(), 'tillgate-files-'))
const issuer: CallerTokenIssuer = {
  issuer: 'https://shop.example',
  audience: 'tillgate',
  secret: randomBytes(32).toString('hex'),
}
const sandbox = await startSandbox({})
const service = spawn(
  process.execPath,
  ['--import', join(import.meta.dirname, 'coverage-probe.ts'), join(root, 'src/main.ts')],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_PORT: '0',
      ...storeVariables(sandbox),
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      AUTH_HMAC_SECRET: issuer.secret,
      DATABASE_URL: `sqlite:${join(folder, 'tillgate.db')}`,
    },
  },
)
try {
  const url = await addressOf(service)
  const orders = createStoreOrders(sandbox)
  report('POST /orders/:id/pay', await filesThatRan(async () => pay(url, await orders.create())))
  report('GET /orders/:id/payment-methods', await filesThatRan(async () => list(url, await orders.create())))
} finally {
  service.kill('SIGTERM')
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Makes what a request needs before counting begins, and returns the way to send it. */
type Prepare = () => Promise<() => Promise<Response>>

async function pay(url: string, orderId: number): Promise<() => Promise<Response>> {
  const headers = {
    ...(await headersFor(orderId)),
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
  }
  const instrument = {
    type: 'card',
    number: '4242424242424242',
    cardholder_name: 'Jane Doe',
    expiry_month: 12,
    expiry_year: new Date().getFullYear() + 3,
    verification_value: '422',
  }
  const body = JSON.stringify({ payment: { instrument, payment_method_id: 'stripe.card' } })
  return () => fetch(`${url}/orders/${orderId}/pay`, { method: 'POST', headers, body })
}

async function list(url: string, orderId: number): Promise<() => Promise<Response>> {
  const headers = await headersFor(orderId)
  return () => fetch(`${url}/orders/${orderId}/payment-methods`, { headers })
}

async function headersFor(orderId: number): Promise<{ Authorization: string }> {
  const scopes = ['payments:read', 'payments:write']
  const grant = { subject: 'shopper-1', scopes, orderIds: [orderId], lifeSeconds: 600 }
  return { Authorization: `Bearer ${await mintCallerToken(issuer, grant)}` }
}

async function filesThatRan(prepare: Prepare): Promise<string[]> {
  let always: string[] | null = null
  for (let time = 0; time < warmUps + times; time++) {
    const send = await prepare()
    await takeCoverage()
    const response = await send()
    const body = await response.text()
    const ran = await takeCoverage()
    if (!response.ok) throw new Error(`The service answered ${response.status}: ${body}`)
    if (time < warmUps) continue
    always = always === null ? ran : always.filter((file) => ran.includes(file))
  }
  return (always ?? []).sort()
}

async function takeCoverage(): Promise<string[]> {
  const told = once(service, 'message')
  service.send('take')
  const [addresses] = (await told) as [readonly string[]]
  const ours = `file://${root}/src/`
  return addresses.filter((address) => address.startsWith(ours)).map((address) => address.slice(ours.length))
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The service has no log')
  const lines: string[] = []
  for await (const line of createInterface({ input: stdout })) {
    lines.push(line)
    const [, address] = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
    if (address === undefined) continue
    stdout.resume()
    return address
  }
  throw new Error(`The service did not start:\n${lines.join('\n')}`)
}

function report(request: string, files: readonly string[]): void {
  console.log(`${request}: ${files.length} files of src/`)
  if (values.list) console.log(files.map((file) => `  ${file}`).join('\n'))
}
