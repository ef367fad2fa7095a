import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from './support/open-store.ts'

const MAIN = new URL('../../sandbox/main.ts', import.meta.url).pathname

function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return { child, output: () => output }
}

test('it says what to give the service, and stops cleanly when asked', async () => {
  const { child, output } = run({ SANDBOX_PORT: '0', SANDBOX_PAYMENTS_PORT: '0' })
  await expect.poll(output, { timeout: 10_000 }).toContain('sandbox/README.md')
  expect(output()).toMatch(/BIGCOMMERCE_API_URL=http:\/\/127\.0\.0\.1:\d+\/stores\/jrah6gmn\n/)
  expect(output()).toMatch(/BIGCOMMERCE_PAYMENTS_URL=http:\/\/127\.0\.0\.1:\d+\/stores\/jrah6gmn\n/)
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})

test('a wrong variable is refused in a sentence', async () => {
  const { child, output } = run({ SANDBOX_PORT: 'everywhere' })
  expect(await once(child, 'exit')).toEqual([1, null])
  expect(output()).toContain('SANDBOX_PORT must be a port number')
})

test('a port that is taken ends it, rather than leaving half a store running', async () => {
  const { sandbox } = await openStore()
  const { child, output } = run({
    SANDBOX_PORT: '0',
    SANDBOX_PAYMENTS_PORT: new URL(sandbox.paymentsUrl).port,
  })
  expect(await once(child, 'exit')).toEqual([1, null])
  expect(output()).toContain('EADDRINUSE')
})
