import { generateKeyPairSync } from 'node:crypto'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createVerifyCallerTokens } from '../../../src/clients/identity/caller-tokens.ts'
import { createFetchKeys, createPublishedKeys } from '../../../src/clients/identity/published-keys.ts'
import { type KeyIssuer, startKeyIssuer } from '../../support/key-issuer.ts'
import { nowMs, resultOf } from './token-factory.ts'

const minutesMs = 60_000
const first = await generateKeyPair('ES256', { extractable: true })
const second = await generateKeyPair('ES256', { extractable: true })
const third = await generateKeyPair('ES256', { extractable: true })
const published = async (pair: typeof first, kid?: string) => ({ ...(await exportJWK(pair.publicKey)), kid })

/** A verifier whose issuer and clock the test holds in its hands. */
function prepare() {
  let timeMs = nowMs
  let answer: () => Promise<unknown> = async () => ({ keys: [] })
  let reads = 0
  const keys = createPublishedKeys({
    fetchKeys: () => {
      reads++
      return answer()
    },
    now: () => timeMs,
  })
  const verify = createVerifyCallerTokens({
    lifeSecondsMax: 86_400,
    issuer: 'https://shop.example',
    audience: 'tillgate',
    key: { kind: 'set', ...keys },
    now: () => nowMs,
  })
  return {
    publish: (...keys: unknown[]) => {
      answer = async () => ({ keys })
    },
    answer: (how: typeof answer) => {
      answer = how
    },
    advance: (byMs: number) => {
      timeMs += byMs
    },
    reads: () => reads,
    ask: async (kid?: string, pair = first, alg = 'ES256') => {
      const token = new SignJWT({ scope: 'payments:read', order_ids: [118] })
        .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
        .setIssuer('https://shop.example')
        .setAudience('tillgate')
        .setSubject('session-1')
        .setExpirationTime(new Date(nowMs + minutesMs))
      const result = await resultOf(verify(await token.sign(pair.privateKey)))
      return typeof result === 'string' ? result : 'verified'
    },
  }
}

test('the keys are read once and used for ten minutes', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  for (let turn = 0; turn < 5; turn++) expect(await issuer.ask('one')).toBe('verified')
  issuer.advance(10 * minutesMs - 1)
  expect(await issuer.ask('one')).toBe('verified')
  expect(issuer.reads()).toBe(1)
  issuer.advance(1)
  expect(await issuer.ask('one')).toBe('verified')
  expect(issuer.reads()).toBe(2)
})

test('an issuer that hangs makes no caller wait whose key is known: the keys are read behind', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.answer(() => new Promise(() => {}))
  issuer.advance(10 * minutesMs)
  for (let turn = 0; turn < 5; turn++) expect(await issuer.ask('one')).toBe('verified')
  expect(issuer.reads()).toBe(2)
})

test('an entry of the set that is no key is passed over', async () => {
  const issuer = prepare()
  issuer.publish(null, 5, 'x', [], {}, { kty: 'unheard of' }, await published(first, 'one'), null)
  expect(await issuer.ask('one')).toBe('verified')
})

test('a new key works at once, and a withdrawn one no longer than ten minutes', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.publish(await published(second, 'two'))
  issuer.advance(minutesMs)
  expect(await issuer.ask('two', second)).toBe('verified')
  expect(await issuer.ask('one')).toBe('unauthenticated')
})

describe('keys as issuers publish them', () => {
  test('several that fit, without a kid: the one that signed is found', async () => {
    const issuer = prepare()
    issuer.publish(await published(second), await published(first))
    expect(await issuer.ask(undefined, first)).toBe('verified')
    expect(await issuer.ask(undefined, second)).toBe('verified')
    expect(await issuer.ask(undefined, third)).toBe('unauthenticated')
    expect(issuer.reads()).toBe(1)
  })

  test('one that cannot be used, before the one that signed', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const weak = publicKey.export({ format: 'jwk' })
    const strong = await generateKeyPair('RS256', { extractable: true })
    const issuer = prepare()
    issuer.publish(
      weak,
      { ...weak, n: 5 },
      { ...weak, n: 'AA' },
      { kty: 'EC', crv: 'unknown' },
      await published(strong),
      weak,
    )
    expect(await issuer.ask(undefined, strong, 'RS256')).toBe('verified')
    expect(await issuer.ask('of no key', strong, 'RS256')).toBe('verified')
    expect(await issuer.ask(undefined, await generateKeyPair('RS256'), 'RS256')).toBe('unauthenticated')
    issuer.advance(10 * minutesMs)
    issuer.publish(weak, weak)
    expect(await issuer.ask(undefined, strong, 'RS256')).toBe('identity_unavailable')
  })

  test.each(['use', 'alg', 'key_ops', 'kid', 'x5c', 'ext'])('one whose %s is null', async (member) => {
    const issuer = prepare()
    issuer.publish({ ...(await published(first, 'one')), [member]: null })
    expect(await issuer.ask('one')).toBe('verified')
    expect(await issuer.ask()).toBe('verified')
  })

  test('a kid that stands twice: one key to encrypt, or one of yesterday', async () => {
    const issuer = prepare()
    issuer.publish({ ...(await published(third, 'one')), use: 'enc' }, await published(first, 'one'))
    expect(await issuer.ask('one')).toBe('verified')
    issuer.advance(10 * minutesMs)
    issuer.publish(await published(second, 'one'), await published(first, 'one'))
    expect(await issuer.ask('one')).toBe('verified')
  })

  test('a token with a kid, a key without', async () => {
    const issuer = prepare()
    issuer.publish(await published(first))
    expect(await issuer.ask('one')).toBe('verified')
    expect(await issuer.ask('one', second)).toBe('unauthenticated')
  })

  test('a kid counts where the keys have one', async () => {
    const issuer = prepare()
    issuer.publish(await published(first, 'one'), await published(second, 'two'))
    expect(await issuer.ask('two', first)).toBe('unauthenticated')
    expect(await issuer.ask('three', first)).toBe('unauthenticated')
  })

  test('a rotation without a kid: the new key works at once, and guesses do not hammer the issuer', async () => {
    const issuer = prepare()
    issuer.publish(await published(first))
    expect(await issuer.ask()).toBe('verified')
    issuer.publish(await published(second))
    issuer.advance(minutesMs)
    expect(await issuer.ask(undefined, second)).toBe('verified')
    expect(await issuer.ask(undefined, first)).toBe('unauthenticated')
    for (let turn = 0; turn < 60; turn++) {
      issuer.advance(1_000)
      expect(await issuer.ask(undefined, third)).toBe('unauthenticated')
    }
    expect(issuer.reads()).toBeLessThanOrEqual(5)
  })

  test.each([
    ['EdDSA', undefined],
    ['EdDSA', 'EdDSA'],
    ['EdDSA', 'Ed25519'],
    ['Ed25519', undefined],
    ['Ed25519', 'EdDSA'],
    ['Ed25519', 'Ed25519'],
  ])('Ed25519 by either of its names: %s over a key for %s', async (alg, ofKey) => {
    const issuer = prepare()
    const pair = await generateKeyPair('Ed25519', { extractable: true })
    const jwk = await published(pair, 'ed')
    issuer.publish(ofKey === undefined ? jwk : { ...jwk, alg: ofKey })
    expect(await issuer.ask('ed', pair, alg)).toBe('verified')
  })

  test('a key for another algorithm than the token’s is not tried', async () => {
    const issuer = prepare()
    const pair = await generateKeyPair('ES384', { extractable: true })
    issuer.publish({ ...(await published(first, 'one')), alg: 'ES512' }, await published(pair, 'one'))
    expect(await issuer.ask('one')).toBe('unauthenticated')
  })
})

test('a withdrawn key is found out by the clock alone, without any new one', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.publish()
  issuer.advance(10 * minutesMs)
  expect(await issuer.ask('one')).toBe('unauthenticated')
})

test('an unknown kid does not hammer the issuer: at most one read in half a minute', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  for (let second = 0; second < 60; second++) {
    issuer.advance(1_000)
    expect(await issuer.ask(`guess-${second}`)).toBe('unauthenticated')
  }
  expect(issuer.reads()).toBeLessThanOrEqual(3)
  expect(await issuer.ask('one')).toBe('verified')
})

test('many callers at once make one read', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  const results = await Promise.all(Array.from({ length: 20 }, () => issuer.ask('one')))
  expect([new Set(results), issuer.reads()]).toEqual([new Set(['verified']), 1])
})

test('while the issuer is away its last keys live on, and it is asked seldom', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.answer(() => Promise.reject(new Error('away')))
  issuer.advance(30 * minutesMs)
  for (let turn = 0; turn < 10; turn++) expect(await issuer.ask('one')).toBe('verified')
  expect(issuer.reads()).toBe(2)
  issuer.advance(5_000)
  expect(await issuer.ask('one')).toBe('verified')
  expect(issuer.reads()).toBe(3)
})

test('they are used for a day and no longer: cutting the line does not keep a withdrawn key good', async () => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.answer(() => Promise.reject(new Error('away')))
  issuer.advance(24 * 60 * minutesMs - 1)
  expect(await issuer.ask('one')).toBe('verified')
  issuer.advance(1)
  expect(await issuer.ask('one')).toBe('identity_unavailable')
})

test('while the issuer is away no token is called bad because its key is unknown', async () => {
  const issuer = prepare()
  issuer.answer(() => Promise.reject(new Error('away')))
  expect(await issuer.ask('one')).toBe('identity_unavailable')
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('identity_unavailable')
  issuer.advance(5_000)
  expect(await issuer.ask('one')).toBe('verified')
})

test.each([
  ['no JSON', '<html></html>'],
  ['no set', '{}'],
  ['a list of other things', '{"keys":[1,2]}'],
])('an answer that is %s leaves the last keys as they are', async (_what, body) => {
  const issuer = prepare()
  issuer.publish(await published(first, 'one'))
  expect(await issuer.ask('one')).toBe('verified')
  issuer.answer(async () => JSON.parse(body))
  issuer.advance(11 * minutesMs)
  expect(await issuer.ask('one')).toBe('verified')
})

test('the address that is configured is the only one that is read: no redirect is followed', async () => {
  const issuer = await startKeyIssuer()
  const fetchKeys = createFetchKeys(issuer.url)
  issuer.publish([{ kty: 'oct' }])
  expect(await fetchKeys()).toEqual({ keys: [{ kty: 'oct' }] })
  issuer.says({ status: 302, body: '', location: '/elsewhere' })
  await expect(fetchKeys()).rejects.toThrow()
  expect(issuer.asked).toEqual(['/keys', '/keys'])
})

const set = JSON.stringify({ keys: [{ kty: 'oct' }] })
const withCertificates = JSON.stringify({ keys: [{ kty: 'oct', x5c: ['c'.repeat(160_000)] }] })
test.each<[string, Parameters<KeyIssuer['says']>[0]]>([
  ['compressed unasked', { status: 200, body: gzipSync(set), headers: { 'content-encoding': 'gzip' } }],
  ['in brotli', { status: 200, body: brotliCompressSync(set), headers: { 'content-encoding': 'br' } }],
  ['behind an unasked 100 Continue', { status: 200, body: set, continues: true }],
  ['with 20 kB of headers', { status: 200, body: set, headers: { 'x-policy': 'p'.repeat(20_000) } }],
  ['with status 203', { status: 203, body: set }],
  ['with certificates', { status: 200, body: withCertificates }],
])('a key set that comes %s is read', async (_what, answer) => {
  const issuer = await startKeyIssuer()
  issuer.says(answer)
  expect(await createFetchKeys(issuer.url)()).toMatchObject({ keys: [{ kty: 'oct' }] })
})

test('an answer too large to be a key set is not read to its end', async () => {
  const issuer = await startKeyIssuer()
  issuer.says({ status: 200, body: JSON.stringify({ keys: ['k'.repeat(600_000)] }) })
  await expect(createFetchKeys(issuer.url)()).rejects.toThrow()
})
