import { expect, test } from 'vitest'
import { noAnswer, readAnswer } from '../told.ts'
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
test.each([
  ['a refusal while it lasts', probe(1_000, at(2_000, 503), at(12_000, 201, paid)), 0],
  ['a refusal 9 s after it', probe(1_000, at(19_000, 503), at(20_000, 201, paid)), 0],
  ['a refusal 11 s after it', probe(1_000, at(21_200, 503), at(22_000, 201, paid)), 1],
  ['no answer 11 s after it', probe(1_000, at(21_200, null), at(22_000, 201, paid)), 1],
  ['a payment that is held from before', probe(1_000, at(5_000, 202, held), at(30_000, 200, held)), 0],
  ['a payment that begins 11 s after it, and is paid', probe(21_000, at(21_200, 201, paid)), 0],
  ['a payment that begins 11 s after it, and is held', probe(21_000, at(21_200, 202, held)), 1],
])('the judge of a trouble sees %s', (_what, heard, violations) => {
  expect(judgeTrouble({ name: 'an outage' }, [heard], 10_000)).toHaveLength(violations)
})

test('a payment that a dead instance was making may be waited for, and no other', () => {
  const inProgress = '{"code":"request_in_progress"}'
  const own = probe(9_000, at(21_200, 409, inProgress))
  const later = probe(12_000, at(21_200, 409, inProgress))
  const judged = judgeTrouble({ name: 'a kill', kills: true }, [own, later], 10_000)
  expect(judged).toHaveLength(1)
  expect(judgeTrouble({ name: 'an outage' }, [own], 10_000)).toHaveLength(1)
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
