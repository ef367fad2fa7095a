import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifyCallerTokens } from '../../src/clients/identity/caller-tokens.ts'

const run = promisify(execFile)
const script = join(import.meta.dirname, '../../scripts/token.ts')
const secret = 'a-secret-of-thirty-two-bytes-or-more'
const AUTH = { AUTH_ISSUER: 'https://shop.example', AUTH_AUDIENCE: 'tillgate', AUTH_HMAC_SECRET: secret }

/** An empty folder, so that no developer's own .env is read. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-token-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const token = (args: string[], env: Record<string, string> = AUTH, cwd = folder): Promise<Printed> =>
  run(process.execPath, [script, ...args], { cwd, env }).then(
    (printed) => ({ code: 0, ...printed }),
    (failure: Printed) => failure,
  )

const verify = createVerifyCallerTokens({
  lifeSecondsMax: 86_400,
  issuer: AUTH.AUTH_ISSUER,
  audience: AUTH.AUTH_AUDIENCE,
  key: { kind: 'secret', secret: new TextEncoder().encode(secret) },
  now: Date.now,
})

test('prints a token that the service accepts, for the orders and the customer named', async () => {
  const { stdout } = await token(['--order', '215', '--order', '216', '--customer', '11', '--minutes', '5'])
  const caller = await verify(stdout.trim())
  const { exp = 0, iat = 0 } = decodeJwt(stdout.trim())

  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(caller.access).toEqual({ kind: 'orders', orderIds: new Set([215, 216]) })
  expect(caller.customerId).toBe(11)
  expect([...caller.scopes]).toEqual(['payments:read', 'payments:write'])
  expect(exp - iat).toBe(5 * 60)
})

test('prints a token for any order, with the scope and subject asked for', async () => {
  const { stdout } = await token(['--any', '--scope', 'payments:read', '--subject', 'backoffice'])
  const caller = await verify(stdout.trim())

  expect(caller.access).toEqual({ kind: 'any' })
  expect([...caller.scopes]).toEqual(['payments:read'])
  expect(decodeJwt(stdout.trim()).sub).toBe('backoffice')
})

test('prints a token for a checkout', async () => {
  const id = '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c12'
  const { stdout } = await token(['--checkout', id])

  expect((await verify(stdout.trim())).access).toEqual({
    kind: 'orders',
    orderIds: new Set(),
    checkoutIds: new Set([id]),
  })
})

test('reads .env where there is one', async () => {
  const lines = Object.entries(AUTH).map(([name, value]) => `${name}=${value}`)
  await writeFile(join(folder, '.env'), lines.join('\n'))
  const { stdout } = await token(['--order', '215'], {})
  await rm(join(folder, '.env'))

  expect((await verify(stdout.trim())).access).toEqual({ kind: 'orders', orderIds: new Set([215]) })
})

test('without its variables it names each, and prints nothing', async () => {
  const { code, stdout, stderr } = await token(['--order', '215'], {})

  expect([code, stdout]).toEqual([1, ''])
  for (const name of Object.keys(AUTH)) expect(stderr).toContain(`${name} is missing.`)
})

test('a secret that the service would refuse is refused here, unprinted', async () => {
  const { code, stderr } = await token(['--order', '215'], { ...AUTH, AUTH_HMAC_SECRET: 'short-one' })

  expect(code).toBe(1)
  expect(stderr).toContain('AUTH_HMAC_SECRET must be 32 bytes or more.')
  expect(stderr).not.toContain('short-one')
})

test.each([
  [[], 'Say which orders the token may touch'],
  [['--order', 'abc'], '--order must be a whole number'],
  [['--any', '--order', '215'], '--any goes alone'],
  [['--checkout', '215'], '--checkout must be the UUID of a cart.'],
  [['--order', '215', '--minutes', '0'], '--minutes must be a whole number'],
  [['--orders', '215'], "Unknown option '--orders'"],
])('%j is answered with a sentence', async (args, sentence) => {
  const { code, stdout, stderr } = await token(args)

  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(sentence)
})

test('--help says how', async () => {
  const { code, stdout } = await token(['--help'], {})

  expect(code).toBe(0)
  expect(stdout).toContain('--customer N')
})
