import { expect, test } from 'vitest'
import { createRememberedCallers } from '../../../src/clients/identity/caller-tokens.ts'
import type { Caller } from '../../../src/domain/caller.ts'
import { Problem } from '../../../src/domain/problem.ts'
import { mint, nowMs, nowSeconds, resultOf, secretOf } from './token-factory.ts'

const tokenOf = (sub: string, lifeSeconds = 600) =>
  mint({ sub, exp: nowSeconds + lifeSeconds }, secretOf('a-secret-of-these-tests-32-bytes-long'))

/** A verifier that counts its calls and believes every token, with a clock and a key to turn. */
function remembering() {
  const world = {
    nowMs,
    key: 'one',
    isRefusing: false,
    untilVerified: Promise.resolve(),
    verified: [] as string[],
  }
  const verify = createRememberedCallers({
    verifyCallerToken: async (token) => {
      world.verified.push(token)
      await world.untilVerified
      if (world.isRefusing) throw new Problem('unauthenticated')
      return {
        principal: token,
        scopes: new Set(),
        access: { kind: 'any' },
        customerId: null,
      } satisfies Caller
    },
    keyInUse: () => world.key,
    now: () => world.nowMs,
  })
  // A caller who is remembered is known at once, the others later.
  return { world, verify: async (token: string) => verify(token) }
}

test('a token is verified once in a minute, and each token is its own', async () => {
  const { world, verify } = remembering()
  const [one, other] = [await tokenOf('one'), await tokenOf('other')]
  for (const token of [one, other, one, other]) expect((await verify(token)).principal).toBe(token)
  expect(world.verified).toEqual([one, other])
  world.nowMs += 59_999
  await verify(one)
  expect(world.verified).toHaveLength(2)
  world.nowMs += 1
  await verify(one)
  expect(world.verified).toHaveLength(3)
})

test('no caller is remembered past the end of the token', async () => {
  const { world, verify } = remembering()
  const token = await tokenOf('one', 10)
  await verify(token)
  world.nowMs += 9_999
  await verify(token)
  expect(world.verified).toHaveLength(1)
  world.nowMs += 1
  world.isRefusing = true
  expect(await resultOf(verify(token))).toBe('unauthenticated')
})

test('a refusal is not remembered', async () => {
  const { world, verify } = remembering()
  const token = await tokenOf('one')
  world.isRefusing = true
  expect(await resultOf(verify(token))).toBe('unauthenticated')
  world.isRefusing = false
  expect(await resultOf(verify(token))).toMatchObject({ principal: token })
})

test('a key that is taken away takes with it all whom it has verified', async () => {
  const { world, verify } = remembering()
  const token = await tokenOf('one')
  await verify(token)
  world.key = 'two'
  world.isRefusing = true
  expect(await resultOf(verify(token))).toBe('unauthenticated')
})

test('whom a key was verifying as it was taken away is not remembered', async () => {
  const { world, verify } = remembering()
  const [slow, quick] = [await tokenOf('slow'), await tokenOf('quick')]
  const underWay = Promise.withResolvers<void>()
  world.untilVerified = underWay.promise
  const verifying = verify(slow)
  world.key = 'two'
  world.untilVerified = Promise.resolve()
  await verify(quick)
  underWay.resolve()
  await verifying
  world.isRefusing = true
  expect(await resultOf(verify(slow))).toBe('unauthenticated')
})

test('no more than a thousand are remembered, the newest', async () => {
  const { world, verify } = remembering()
  const first = await tokenOf('first')
  await verify(first)
  for (let index = 0; index < 1_000; index++) await verify(await tokenOf(`caller-${index}`))
  world.verified.length = 0
  await verify(await tokenOf('caller-999'))
  expect(world.verified).toEqual([])
  await verify(first)
  expect(world.verified).toEqual([first])
})
