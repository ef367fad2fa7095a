import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { compiled } from '../support/compiled.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { commandOf } from './desk-command.ts'
import { ownPostgres } from './own-postgres.ts'
import { runService } from './service-process.ts'

const root = join(import.meta.dirname, '../..')
const hour = 3_600_000
const reason = ['--by', 'Ada Support', '--because', 'the gateway shows no charge']

const ledgers = [
  { name: 'SQLite', newUrl: async () => `sqlite:${join(temporaryFolder(), 'tillgate.db')}` },
  { name: 'Postgres', newUrl: async () => (await ownPostgres()).url },
]

describe.each(ledgers)('the command beside a running service, on $name', ({ newUrl }) => {
  test('lists what is held, tells its story, refuses too early, and frees the order once nothing can be charged any more', async () => {
    const sandbox = await startSandbox()
    onTestFinished(() => sandbox.close())
    const env = serviceEnvironment(sandbox, await newUrl())
    const { pay } = createCallApi(await runService(env).url)
    const payments = commandOf(env)
    const token = await callerToken({ customer_id: 11 })
    const orderId = createOrder(sandbox)

    expect(await payments('held', '--json')).toMatchObject({ code: 0, document: { data: [] }, stderr: '' })
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const unknown = await pay(orderId, cardPayment(), { token, key: 'the-key-of-the-shopper' })
    const { id } = unknown.body.data

    const held = await payments('held', '--json')
    expect(held).toMatchObject({ code: 0, stderr: '' })
    expect(held.document.data).toEqual([
      expect.objectContaining({
        id,
        order_id: orderId,
        status: 'unknown',
        held_since: expect.stringMatching(/^\d{4}-.*Z$/),
        why: 'No clear answer to the charge came.',
        next_look_at: expect.stringMatching(/^\d{4}-.*Z$/),
        free_at_latest: expect.stringMatching(/^\d{4}-.*Z$/),
      }),
    ])
    for (const asked of [id, String(orderId)]) {
      const { document } = await payments('show', asked, '--json')
      expect(document.data).toEqual([
        expect.objectContaining({
          id,
          principal: expect.stringContaining('https://'),
          correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          history: [
            {
              at: expect.any(String),
              what: expect.stringContaining('began to pay'),
              by: expect.any(String),
              because: null,
            },
            {
              at: expect.any(String),
              what: expect.stringContaining('60.98 USD'),
              by: 'Tillgate',
              because: null,
            },
            {
              at: expect.any(String),
              what: expect.stringContaining('holds the order'),
              by: 'Tillgate',
              because: null,
            },
          ],
        }),
      ])
    }

    const early = await payments('resolve', id, 'not-charged', ...reason, '--json')
    expect(early).toMatchObject({
      code: 1,
      stderr: '',
      document: {
        code: 'payment_not_resolvable',
        status: 409,
        payment_id: id,
        saw: { order_status: 0, payment_status: '', transactions: [], verdict: 'absent' },
      },
    })
    sandbox.clock.change({ advance_ms: 2 * hour })
    const done = await payments('resolve', id, 'not-charged', ...reason, '--json')
    expect(done).toMatchObject({
      code: 0,
      document: { data: { id, status: 'not_charged' }, saw: { verdict: 'absent', transactions: [] } },
    })
    expect(Object.keys(done.document)).toEqual(['data', 'saw'])

    expect((await payments('show', id)).stdout).toContain('because: the gateway shows no charge')
    expect(await payments('resolve', id, 'charged', ...reason)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('settled already'),
    })
    const replay = await pay(orderId, cardPayment(), { token, key: 'the-key-of-the-shopper' })
    expect(replay).toMatchObject({
      status: 402,
      body: { code: 'payment_not_charged', detail: expect.stringContaining('decided by the shop') },
    })
    expect((await pay(orderId, cardPayment(), { token })).status).toBe(201)
    expect(sandbox.charges()).toHaveLength(1)
  })

  test('says which of the two is away, with 3', async () => {
    const sandbox = await startSandbox()
    const env = serviceEnvironment(sandbox, await newUrl())
    const service = runService(env)
    const { pay } = createCallApi(await service.url)
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const token = await callerToken({ customer_id: 11 })
    const { body } = await pay(createOrder(sandbox), cardPayment(), { token })
    service.child.kill('SIGKILL')
    await service.ended
    await sandbox.close()
    const payments = commandOf(env)
    const resolve = ['resolve', body.data.id, 'charged', ...reason, '--json']
    expect(await payments(...resolve)).toMatchObject({ code: 3, document: { code: 'upstream_unavailable' } })
    expect(await payments(...resolve, '--unread')).toMatchObject({
      code: 0,
      document: {
        data: { status: 'success' },
        saw: { order_status: null, payment_status: null, transactions: null, verdict: null },
      },
    })
  })
})

describe('a command that cannot be done', () => {
  const environment = (databaseUrl: string) => ({
    DATABASE_URL: databaseUrl,
    BIGCOMMERCE_STORE_HASH: 'abc123',
    BIGCOMMERCE_ACCESS_TOKEN: 'token',
  })

  test('a ledger that is not there is said, and not made', async () => {
    const folder = temporaryFolder()
    const payments = commandOf(environment(`sqlite:${folder}/tillgate.db`))
    for (const words of [['held'], ['show', '215'], ['resolve', 'one', 'charged', ...reason]]) {
      expect(await payments(...words, '--json')).toMatchObject({
        code: 3,
        stderr: '',
        document: {
          code: 'store_unavailable',
          detail: expect.stringContaining(`There is no ledger at ${folder}`),
        },
      })
    }
    expect(readdirSync(folder)).toEqual([])
    const server = commandOf(environment('postgres://127.0.0.1:1/tillgate'))
    expect(await server('held', '--json')).toMatchObject({ code: 3, document: { code: 'store_unavailable' } })
  })

  test('a ledger of another schema is said, and not migrated', async () => {
    const path = join(temporaryFolder(), 'tillgate.db')
    const { DatabaseSync } = await import('node:sqlite')
    new DatabaseSync(path).close()
    const { code, stderr } = await commandOf(environment(`sqlite:${path}`))('held')
    expect([code, stderr]).toEqual([3, expect.stringContaining('npm run migrate')])
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test.each([
    [[]],
    [['hold']],
    [
      [
        'hold',
        '215',
        '--amount',
        '60.98',
        '--currency',
        'USD',
        '--method',
        'stripe.card',
        '--sent-at',
        'now',
        ...reason,
      ],
    ],
    [
      [
        'hold',
        '215',
        '--amount',
        '60.985',
        '--currency',
        'USD',
        '--method',
        'stripe.card',
        '--sent-at',
        '2026-01-02T12:00:00Z',
        ...reason,
      ],
    ],
    [['held', 'now']],
    [['events', 'now']],
    [['events', 'repeat']],
    [['events', 'repeat', 'one', 'two']],
    [['show']],
    [['resolve', 'one', 'perhaps', ...reason]],
    [['resolve', 'one', 'charged', '--by', 'Ada']],
    [['resolve', 'one', 'charged', '--because', 'so']],
    [['resolve', 'one', 'charged', '--by', ' ', '--because', 'so']],
    [['resolve', 'one', 'charged', '--by', 'Ada', '--because', 'card 4242 4242 4242 4242']],
    [['resolve', 'one', 'charged', '--by', 'Ada', '--because', 'two\nlines']],
    [['held', '--unread']],
    [['held', '--colour']],
  ])('a wrong command ends with 2 and says how it is written: %j', async (words) => {
    const payments = commandOf(environment('sqlite:/nowhere/tillgate.db'))
    expect(await payments(...words)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('npm run payments -- resolve PAYMENT'),
    })
    expect(await payments(...words, '--json')).toMatchObject({
      code: 2,
      stderr: '',
      document: { code: 'invalid_request', status: 400 },
    })
  })

  test('what is not there ends with 1, and a configuration that cannot be used with 2', async () => {
    const path = join(temporaryFolder(), 'tillgate.db')
    const env = environment(`sqlite:${path}`)
    await new Promise((done) => {
      execFile(
        process.execPath,
        ['src/commands/migrate.ts'],
        { cwd: root, env: { ...compiled, ...env } },
        done,
      )
    })
    const payments = commandOf(env)
    for (const words of [
      ['show', '215'],
      ['show', 'no-such-payment'],
      ['events', 'repeat', 'no-such-event'],
      ['resolve', 'no-such', 'charged', ...reason],
    ])
      expect(await payments(...words, '--json')).toMatchObject({
        code: 1,
        document: { code: 'payment_not_found' },
      })
    expect((await payments('held')).stdout).toBe('No payment is held.\n')
    const { code, stderr } = await commandOf({ DATABASE_URL: `sqlite:${path}` })('held')
    expect([code, stderr]).toEqual([2, expect.stringContaining('BIGCOMMERCE_STORE_HASH is required')])
  })
})
