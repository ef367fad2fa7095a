import { generateKeyPairSync } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { tryPublishedKeys } from '../../../src/clients/identity/usable-keys.ts'
import { startKeyIssuer } from '../../support/key-issuer.ts'

const good = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })

test.each([
  ['one that can be used', [good], 0],
  [
    'one beside others',
    [
      { kty: 'oct', k: 'AA' },
      { ...good, use: null, alg: null },
    ],
    0,
  ],
  ['none', [], 1],
  ['one for encryption', [{ ...good, use: 'enc' }], 1],
  ['one that is too short', [short], 1],
  ['one of another algorithm', [{ ...good, alg: 'ES256K' }], 1],
])('published keys are looked at once: %s', async (_what, keys, complaints) => {
  const issuer = await startKeyIssuer()
  issuer.publish(keys)
  const onUnusable = vi.fn()
  await tryPublishedKeys({ kind: 'set', url: issuer.url }, onUnusable)
  expect(onUnusable).toHaveBeenCalledTimes(complaints)
  expect(issuer.asked).toHaveLength(1)
})

test.each([
  ['an error', { status: 500, body: '' }],
  ['a page', { status: 200, body: '<html></html>' }],
  ['null', { status: 200, body: 'null' }],
  ['a list', { status: 200, body: '[]' }],
])('an issuer that answers with %s', async (_what, answer) => {
  const issuer = await startKeyIssuer()
  issuer.says(answer)
  const onUnusable = vi.fn()
  await tryPublishedKeys({ kind: 'set', url: issuer.url }, onUnusable)
  expect(onUnusable).toHaveBeenCalledTimes(1)
})

test('a shared secret is published nowhere', async () => {
  const onUnusable = vi.fn()
  await tryPublishedKeys({ kind: 'secret', secret: 'x'.repeat(32) }, onUnusable)
  expect(onUnusable).not.toHaveBeenCalled()
})
