import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newIssuer } from '../../demo/caller-tokens.ts'
import { readDemoSettings } from '../../demo/demo-settings.ts'
import { curlLinesOf, runCurlLine } from './support/run-curl-line.ts'
import { type RunningDemo, spawnDemo, startDemo } from './support/start-demo.ts'

/** One demo, tried in the order in which a new user would. */
describe('the demo', () => {
  let demo: RunningDemo
  beforeAll(async () => {
    demo = await startDemo({
      DEMO_CORS_ORIGINS: 'http://localhost:4321, https://shop.test',
      DEMO_CORS_ORIGIN: 'x',
    })
  })
  afterAll(() => demo.stop())

  test('every command it prints does what it says', async () => {
    const answers = []
    for (const line of curlLinesOf(demo.output())) answers.push(await runCurlLine(line, demo.shellVariables))

    expect(answers.map(({ status }) => status)).toEqual([200, 201, 201, 201, 402, 202, 200, 201, 200, 200])
    const [, paid, replayed] = answers
    expect(paid?.text).toContain('"amount":6098')
    expect(replayed?.text).toMatch(/^idempotent-replayed: true/im)
  })

  test('what is charged afterwards is one payment by card, one by stored card, and one of a cart', async () => {
    const { data } = (await (await fetch(demo.chargesUrl)).json()) as { data: Record<string, unknown>[] }

    expect(data.map(({ order_id, amount, instrument_type }) => [order_id, amount, instrument_type])).toEqual([
      [216, 6098, 'card'],
      [217, 6098, 'stored_card'],
      [221, 6098, 'card'],
    ])
  })

  test('the order that it leaves held is seen on its page, and resolved by the desk in a shell with what it prints', async () => {
    const [, orderId = ''] = /with order (\d+), which command 6/.exec(demo.output()) ?? []
    const [, deskUrl = ''] = /Held payments +(\S+)/.exec(demo.output()) ?? []
    expect(await (await fetch(deskUrl)).text()).toContain(`?q=${orderId}`)
    const program = join(import.meta.dirname, '../../src/commands/payments.ts')
    const payments = async (...words: string[]) =>
      (
        await promisify(execFile)(process.execPath, [program, ...words, '--json'], {
          cwd: demo.folder,
          env: demo.shellVariables,
        })
      ).stdout
    const { data } = JSON.parse(await payments('held'))
    expect(data).toMatchObject([{ order_id: Number(orderId), status: 'unknown' }])
    // The commands above have moved the clock of the store.
    const reason = ['--by', 'Ada', '--because', 'the gateway shows none']
    expect(JSON.parse(await payments('resolve', data[0].id, 'not-charged', ...reason))).toMatchObject({
      data: { status: 'not_charged' },
    })
  })

  test.each([
    ['http://localhost:4321', 'http://localhost:4321'],
    ['https://shop.test', 'https://shop.test'],
    ['http://localhost:3000', null],
  ])('a page at %s may call it where it is named', async (origin, allowed) => {
    const answer = await fetch(`${demo.apiUrl}/orders/215/pay`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })

    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed)
    expect(demo.output()).toContain('from http://localhost:4321 and https://shop.test\n')
  })

  test('`npm run sandbox:order` in a shell with what it prints makes an order that can be paid', async () => {
    const script = join(import.meta.dirname, '../../scripts/sandbox-order.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--total', '12.50'], {
      cwd: demo.folder,
      env: demo.shellVariables,
    })
    const [, orderId, token] = /^export ORDER_ID=(\d+) CALLER_TOKEN=(\S+)\n$/.exec(stdout) ?? []
    const answer = await fetch(`${demo.apiUrl}/orders/${orderId}/payment-methods`, {
      headers: { authorization: `Bearer ${token}` },
    })

    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ meta: { order: { amount: 1250, payable: true } } })
  })

  test('a variable with a typing mistake is told', () => {
    expect(demo.output()).toContain(
      'Warning DEMO_CORS_ORIGIN is unknown and does nothing. Did you mean DEMO_CORS_ORIGINS?\n',
    )
  })

  test('the API reference can be read', async () => {
    expect((await fetch(`${demo.apiUrl}/docs`)).status).toBe(200)
  })

  test('the log of the service holds no card number, token or secret', async () => {
    const log = await readFile(join(demo.folder, 'service.log'), 'utf8')

    expect(log).toContain('charge answered')
    expect(log).not.toMatch(/4242424242424242|050a1e5c|Bearer|eyJ|sandbox-store-token/)
  })

  test('an explicitly given port that is taken is named in a sentence', async () => {
    const port = new URL(demo.pageUrl).port
    const second = spawnDemo({ DEMO_PORT: port })

    expect(await second.exitCode).toBe(1)
    expect(second.output()).toBe(
      `Port ${port} is taken. Stop what listens there, or set DEMO_PORT to another.\n`,
    )
  })

  test('Ctrl-C stops everything: exit code 0, no process, no file and no stack trace left behind', async () => {
    expect(await demo.stop()).toBe(0)

    expect(existsSync(demo.folder)).toBe(false)
    for (const url of [demo.apiUrl, demo.pageUrl, demo.chargesUrl]) await expect(fetch(url)).rejects.toThrow()
    expect(demo.output()).not.toContain('    at ')
  })
})

test('wrong settings are all named, and nothing is started', async () => {
  const demo = spawnDemo({
    DEMO_PORT: 'web',
    DEMO_API_PORT: '65536',
    DEMO_CORS_ORIGINS: 'http://localhost:3000/checkout',
    DEMO_AUTH_HMAC_SECRET: 'short',
    DEMO_PAGE: '1',
  })

  expect(await demo.exitCode).toBe(1)
  expect(demo.output()).toBe(
    'DEMO_PORT must be a port number from 0 to 65535; 0 takes a free one.\n' +
      'DEMO_API_PORT must be a port number from 0 to 65535; 0 takes a free one.\n' +
      'DEMO_CORS_ORIGINS must list origins such as http://localhost:3000, without a path.\n' +
      'DEMO_AUTH_HMAC_SECRET must be 32 or more of letters, digits and . ~ + / = _ -.\n' +
      'DEMO_PAGE is unknown and does nothing. The demo knows DEMO_PORT, DEMO_API_PORT, DEMO_ADMIN_PORT, ' +
      'DEMO_SANDBOX_PORT, DEMO_SANDBOX_PAYMENTS_PORT, DEMO_CORS_ORIGINS, DEMO_AUTH_HMAC_SECRET.\n',
  )
})

test('without any setting it leaves port 3000 to a page of your own, and lets that page call', () => {
  const { ports, corsOrigins, warnings, secret } = readDemoSettings({ DEMO_PORT: '', PATH: '/bin' })

  expect(Object.values(ports).map(({ port }) => port)).toEqual([8080, 8081, 0, 0, 0])
  expect(corsOrigins).toEqual(['http://localhost:3000', 'http://127.0.0.1:3000'])
  expect([warnings, secret]).toEqual([[], null])
})

test('a secret that is given signs the tokens, so that the settings of another server outlive a restart', () => {
  const given = 'a-secret-that-stays-the-same-0123456789+/='

  expect(newIssuer(readDemoSettings({ DEMO_AUTH_HMAC_SECRET: given }).secret).secret).toBe(given)
  expect(newIssuer(null).secret).not.toBe(newIssuer(null).secret)
})
