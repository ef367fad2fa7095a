import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curlLinesOf, runCurlLine } from './support/run-curl-line.ts'
import { type RunningDemo, spawnDemo, startDemo } from './support/start-demo.ts'

/** One demo, tried in the order in which a new user would. */
describe('the demo', () => {
  let demo: RunningDemo
  beforeAll(async () => {
    demo = await startDemo()
  })
  afterAll(() => demo.stop())

  test('every command it prints does what it says', async () => {
    const answers = []
    for (const line of curlLinesOf(demo.output())) answers.push(await runCurlLine(line, demo.shellVariables))

    expect(answers.map(({ status }) => status)).toEqual([200, 201, 201, 201, 402, 200])
    const [, paid, replayed] = answers
    expect(paid?.text).toContain('"amount":6098')
    expect(replayed?.text).toMatch(/^idempotent-replayed: true/im)
  })

  test('what is charged afterwards is one payment by card and one by stored card', async () => {
    const { data } = (await (await fetch(demo.chargesUrl)).json()) as { data: Record<string, unknown>[] }

    expect(data.map(({ order_id, amount, instrument_type }) => [order_id, amount, instrument_type])).toEqual([
      [216, 6098, 'card'],
      [217, 6098, 'stored_card'],
    ])
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
  const demo = spawnDemo({ DEMO_PORT: 'web', DEMO_API_PORT: '65536' })

  expect(await demo.exitCode).toBe(1)
  expect(demo.output()).toBe(
    'DEMO_PORT must be a port number from 0 to 65535; 0 takes a free one.\n' +
      'DEMO_API_PORT must be a port number from 0 to 65535; 0 takes a free one.\n',
  )
})
