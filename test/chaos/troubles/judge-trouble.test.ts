import { expect, test } from 'vitest'
import { LOST_PATIENCE, noAnswer, readAnswer } from '../told.ts'
import { judgeTrouble, timesOf } from './judge-trouble.ts'

const asked = { orderId: 215, device: 'probe-1', key: 'key-1' }
const at = (atMs: number, status: number | null, text = '{}') => ({
  ...(status === null ? noAnswer(asked, 'ECONNREFUSED') : readAnswer(asked, status, text)),
  askedAtMs: atMs - 100,
  atMs,
})
const paid = '{"data":{"id":"payment-1","status":"success"}}'
const held = '{"data":{"id":"payment-1","status":"unknown"}}'
const probe = (beganAtMs: number, ...heard: ReturnType<typeof at>[]) => ({ orderId: 215, beganAtMs, heard })

/** The trouble lasts from 0 to 10 s. */
const evidence = (probes: ReturnType<typeof probe>[], requests: ReturnType<typeof charges> = []) => ({
  probes,
  requests,
  beganMs: 0,
  endedMs: 10_000,
})
const charges = (count: number, atMs: number, isTurnedAway = false) =>
  Array.from({ length: count }, () => ({ atMs, isTurnedAway }))

test.each([
  ['a refusal while it lasts', probe(1_000, at(2_000, 503), at(12_000, 201, paid)), 0],
  ['a refusal 9 s after it', probe(1_000, at(19_000, 503), at(20_000, 201, paid)), 0],
  ['a refusal 11 s after it', probe(1_000, at(21_200, 503), at(22_000, 201, paid)), 1],
  ['no answer 11 s after it', probe(1_000, at(21_200, null), at(22_000, 201, paid)), 1],
  ['a payment that is held from before', probe(1_000, at(5_000, 202, held), at(30_000, 200, held)), 0],
  ['a payment that begins 11 s after it, and is paid', probe(21_000, at(21_200, 201, paid)), 0],
  ['a payment that begins 11 s after it, and is held', probe(21_000, at(21_200, 202, held)), 1],
])('the judge of a trouble sees %s', (_what, heard, violations) => {
  expect(judgeTrouble({ name: 'an outage' }, evidence([heard]))).toHaveLength(violations)
})

test('a payment that a dead instance was making may be waited for, and no other', () => {
  const inProgress = '{"code":"request_in_progress"}'
  const own = probe(9_000, at(21_200, 409, inProgress))
  const later = probe(12_000, at(21_200, 409, inProgress))
  const judged = judgeTrouble({ name: 'a kill', kills: true }, evidence([own, later]))
  expect(judged).toHaveLength(1)
  expect(judgeTrouble({ name: 'an outage' }, evidence([own]))).toHaveLength(1)
})

const limited = '{"code":"payment_rate_limited"}'

/** Asked at 21 s, refused at once: it might have waited until 26 s. */
test.each([
  ['the allowance was not used', charges(44, 25_000), 1],
  ['the allowance was used up', charges(45, 25_000), 0],
  ['the allowance was used up, but before', charges(50, 20_900), 1],
  ['the allowance was used up, but afterwards', charges(50, 26_200), 1],
  [
    'BigCommerce kept all back until 28 s, and then they left',
    [...charges(1, 23_500, true), ...charges(45, 28_000)],
    0,
  ],
  ['BigCommerce kept all back, and then few left', [...charges(1, 23_500, true), ...charges(43, 28_000)], 1],
  [
    'BigCommerce kept all back twice',
    [...charges(1, 19_000, true), ...charges(1, 25_000, true), ...charges(45, 29_500)],
    0,
  ],
])('a 429 long after a trouble, when %s', (_what, requests, violations) => {
  const refused = probe(15_000, at(21_100, 429, limited), at(30_000, 201, paid))
  expect(judgeTrouble({ name: 'a kill' }, evidence([refused], requests))).toHaveLength(violations)
  const begins = probe(21_000, at(21_100, 429, limited), at(30_000, 201, paid))
  expect(judgeTrouble({ name: 'a kill' }, evidence([begins], requests))).toHaveLength(violations)
})

/** Asked at 21 s, and not waited for beyond 31 s. */
test.each([
  ['nothing else was paid', [], 1],
  ['the allowance was used up all the while', [...charges(45, 21_500), ...charges(45, 26_500)], 0],
  ['the allowance was used up for a part of it', [...charges(90, 21_500), ...charges(44, 26_500)], 1],
])('a shopper who did not wait for the answer, when %s', (_what, requests, violations) => {
  const lost = { ...noAnswer(asked, LOST_PATIENCE), askedAtMs: 21_000, atMs: 31_000 }
  const waiting = probe(15_000, lost, at(40_000, 201, paid))
  expect(judgeTrouble({ name: 'a kill' }, evidence([waiting], requests))).toHaveLength(violations)
})

test('only a 429 of the allowance is right because the allowance is used up', () => {
  const busy = probe(15_000, at(21_100, 503, '{"code":"upstream_busy"}'), at(30_000, 201, paid))
  expect(judgeTrouble({ name: 'a kill' }, evidence([busy], charges(50, 25_000)))).toHaveLength(1)
})

test('those to whom a trouble does nothing are served while it lasts', () => {
  const refused = probe(1_000, at(2_000, 503), at(12_000, 201, paid))
  const trouble = { name: 'checkouts that hang', spares: () => true }
  expect(judgeTrouble(trouble, evidence([refused]))).toHaveLength(1)
  expect(judgeTrouble({ ...trouble, spares: () => false }, evidence([refused]))).toHaveLength(0)
})

test('how long until all is well again', () => {
  const heard = [
    probe(0, at(1_000, 201, paid)),
    probe(2_000, at(3_000, 503), at(12_500, 503), at(14_000, 201, paid)),
    probe(15_000, at(15_500, 201, paid)),
  ]
  expect(timesOf(heard, { beganMs: 0, endedMs: 10_000 })).toEqual({
    longestPauseMs: 13_000,
    firstPaidMs: 4_000,
    lastRefusedMs: 2_500,
  })
  expect(timesOf([], { beganMs: 0, endedMs: 10_000 })).toEqual({
    longestPauseMs: 0,
    firstPaidMs: null,
    lastRefusedMs: null,
  })
})
