import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { EventNotVerified, verifyEvent } from '../../clients/typescript/src/index.ts'

const secretOf = (number: number) => `whsec_${Buffer.alloc(24, number).toString('base64')}`
const nowMs = 1_795_352_400_000
const body = JSON.stringify({ type: 'payment.success', data: { id: 'one', note: 'é' } })

const signedBy = (secret: string, text = body, atMs = nowMs, id = 'evt_1') => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(atMs / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), text),
})
const verify = (change: Partial<Parameters<typeof verifyEvent>[0]> = {}) =>
  verifyEvent({ body, headers: signedBy(secretOf(1)), secret: secretOf(1), now: () => nowMs, ...change })

test('what was signed with the secret is given with its id', async () => {
  expect(await verify()).toEqual({ id: 'evt_1', event: JSON.parse(body) })
})

test.each([
  ['of fetch', new Headers(signedBy(secretOf(1)))],
  [
    'of Node',
    Object.fromEntries(
      Object.entries(signedBy(secretOf(1))).map(([name, value]) => [name.replace('w', 'W'), value]),
    ),
  ],
])('headers %s are read', async (_what, headers) => {
  expect((await verify({ headers })).id).toBe('evt_1')
})

test('a body as bytes is checked as it came', async () => {
  expect((await verify({ body: Buffer.from(body) })).event).toEqual(JSON.parse(body))
})

test('with two secrets or two signatures one that fits is enough', async () => {
  const both = {
    ...signedBy(secretOf(1)),
    'webhook-signature': [2, 1].map((n) => signedBy(secretOf(n))['webhook-signature']).join(' '),
  }
  for (const secret of [
    secretOf(1),
    secretOf(2),
    `${secretOf(3)},${secretOf(2)}`,
    [secretOf(3), secretOf(1)],
  ])
    expect((await verify({ headers: both, secret })).id).toBe('evt_1')
  expect((await verify({ secret: secretOf(1).replace('whsec_', '') })).id).toBe('evt_1')
})

test.each([
  ['another secret', { secret: secretOf(2) }],
  ['another body', { body: body.replace('success', 'declined') }],
  ['another id', { headers: { ...signedBy(secretOf(1)), 'webhook-id': 'evt_2' } }],
  ['another time', { headers: { ...signedBy(secretOf(1)), 'webhook-timestamp': String(nowMs / 1000 + 1) } }],
  ['no time', { headers: { ...signedBy(secretOf(1)), 'webhook-timestamp': 'now' } }],
  ['no signature', { headers: { ...signedBy(secretOf(1)), 'webhook-signature': '' } }],
  [
    'a signature that is none',
    { headers: { ...signedBy(secretOf(1)), 'webhook-signature': 'v1,%%% v1, v2,x' } },
  ],
  ['no headers', { headers: {} }],
  ['an old event', { headers: signedBy(secretOf(1), body, nowMs - 301_000) }],
  ['one from the future', { headers: signedBy(secretOf(1), body, nowMs + 301_000) }],
  ['what is no JSON', { body: '{', headers: signedBy(secretOf(1), '{') }],
])('%s is refused', async (_what, change) => {
  await expect(verify(change)).rejects.toThrow(EventNotVerified)
})

test('five minutes are let pass, and another tolerance where it is asked for', async () => {
  expect((await verify({ headers: signedBy(secretOf(1), body, nowMs - 299_000) })).id).toBe('evt_1')
  expect((await verify({ headers: signedBy(secretOf(1), body, nowMs + 299_000) })).id).toBe('evt_1')
  const old = signedBy(secretOf(1), body, nowMs - 20_000)
  await expect(verify({ headers: old, toleranceSeconds: 10 })).rejects.toThrow(EventNotVerified)
})

test('a secret that is none is the mistake of the one who verifies, and said as that', async () => {
  await expect(verify({ secret: 'whsec_' })).rejects.toThrow(TypeError)
  await expect(verify({ secret: '' })).rejects.toThrow(EventNotVerified)
})

test('whatever is signed is verified, and no other body is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (one, other) => {
      const [text, wrong] = [JSON.stringify(one), JSON.stringify(other)]
      const headers = signedBy(secretOf(1), text)
      expect((await verify({ body: text, headers })).event).toEqual(JSON.parse(text))
      if (text !== wrong) await expect(verify({ body: wrong, headers })).rejects.toThrow(EventNotVerified)
    }),
    { numRuns: 100 },
  )
})
