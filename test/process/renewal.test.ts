import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { createCallApi } from '../support/call-api.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService } from './service-process.ts'

test('SIGHUP takes over a rotated store token and a rotated key of caller tokens; what is unusable leaves the old', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  const [one, two] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  if (!one || !two) throw new Error('two pairs')
  const tokenFile = join(folder, 'store-token')
  const keyFile = join(folder, 'key.pem')
  const writeKey = ({ publicKey }: typeof one) =>
    writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(tokenFile, `${sandbox.accessToken}\n`)
  chmodSync(tokenFile, 0o644)
  writeKey(one)

  const { AUTH_ISSUER, AUTH_AUDIENCE } = authEnvironment
  const { child, lines, url } = runService({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    AUTH_ISSUER,
    AUTH_AUDIENCE,
    AUTH_PUBLIC_KEY_FILE: keyFile,
    // Without it the start warns that every caller may share one address.
    TRUST_PROXY: 'loopback',
    BIGCOMMERCE_STORE_HASH: sandbox.storeHash,
    BIGCOMMERCE_ACCESS_TOKEN_FILE: tokenFile,
    BIGCOMMERCE_API_URL: sandbox.managementUrl,
    BIGCOMMERCE_PAYMENTS_URL: sandbox.paymentsUrl,
  })
  const call = createCallApi(await url)
  const ask = async ({ privateKey }: typeof one) => {
    const token = new SignJWT({ scope: 'payments:read', customer_id: 11 })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(AUTH_ISSUER)
      .setAudience(AUTH_AUDIENCE)
      .setSubject('shopper-1')
      .setExpirationTime('5m')
    return (await call.methods(createOrder(sandbox), await token.sign(privateKey))).status
  }
  const hangUp = async (expected: RegExp) => {
    child.kill('SIGHUP')
    await expect.poll(() => lines.some((line) => expected.test(line)), { timeout: 10_000 }).toBe(true)
  }

  // The one line that warns of the mode names variable and mode, and nothing of the file.
  const warnings = lines.filter((line) => line.includes('"level":40'))
  expect(warnings).toHaveLength(1)
  expect(JSON.parse(warnings[0] ?? '{}')).toMatchObject({
    variable: 'BIGCOMMERCE_ACCESS_TOKEN_FILE',
    mode: '0644',
  })

  expect([await ask(one), await ask(two)]).toEqual([200, 401])
  writeKey(two)
  await hangUp(/"name":"publicKey","renewal":"renewed"/)
  expect([await ask(one), await ask(two)]).toEqual([401, 200])
  writeFileSync(keyFile, 'half a ke')
  await hangUp(/"level":50.*"name":"publicKey"/)
  expect(await ask(two)).toBe(200)

  writeFileSync(tokenFile, 'another-store-token')
  await hangUp(/"name":"accessToken","renewal":"renewed"/)
  expect(await ask(two)).toBe(502)
  writeFileSync(tokenFile, '')
  await hangUp(/"level":50.*"name":"accessToken"/)
  // No signal now: the refusal itself makes the service read the file again.
  writeFileSync(tokenFile, sandbox.accessToken)
  expect(await ask(two)).toBe(200)
  expect(lines.join('')).not.toMatch(/another-store-token|half a ke/)
  expect(lines.join('')).not.toContain(sandbox.accessToken)
})
