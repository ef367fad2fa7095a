import { expect, test } from 'vitest'
import { judgeWaits } from './judge-waits.ts'
import { noAnswer, readAnswer, type Waited } from './told.ts'

const asked = (waited: Waited | null, key: string | null = null) => ({
  orderId: 215,
  device: 'phone',
  key,
  waited,
})
const waited = (tookMs: number, isApplied = true): Waited => ({ seconds: 4, tookMs, isApplied })
const one = (status: string) => JSON.stringify({ data: { id: 'payment-1', status } })
const list = JSON.stringify({
  data: [
    { id: 'payment-1', status: 'unknown' },
    { id: 'payment-2', status: 'declined' },
  ],
})

test.each([
  ['an end that came in time', readAnswer(asked(waited(900)), 200, one('success')), 0],
  ['no end, when the time was over', readAnswer(asked(waited(4_010)), 200, one('unknown')), 0],
  [
    'no end, at once, and it does not say that it waited',
    readAnswer(asked(waited(9, false)), 200, one('unknown')),
    0,
  ],
  ['no end, before its time', readAnswer(asked(waited(900)), 200, one('unknown')), 1],
  ['a list in which one has ended', readAnswer(asked(waited(900)), 200, list), 0],
  ['an answer long after its time', readAnswer(asked(waited(20_000)), 200, one('unknown')), 1],
  ['none at all', noAnswer(asked(waited(24_000, false)), 'TimeoutError'), 1],
  ['an instance that was killed', noAnswer(asked(waited(900, false)), 'ECONNRESET'), 0],
  ['one who paid, and went away', noAnswer(asked(waited(6_000, false), 'key-1'), 'TimeoutError'), 0],
  ['one who did not wait', noAnswer(asked(null), 'TimeoutError'), 0],
])('%s', (_name, told, violations) => {
  expect(judgeWaits([told])).toHaveLength(violations)
})

test('where an instance was overloaded, only what is told too early is judged', () => {
  const overloaded = readAnswer(asked(null), 503, JSON.stringify({ code: 'overloaded' }))
  const late = readAnswer(asked(waited(20_000)), 200, one('unknown'))
  const early = readAnswer(asked(waited(900)), 200, one('unknown'))
  expect(judgeWaits([overloaded, late])).toHaveLength(0)
  expect(judgeWaits([overloaded, early])).toHaveLength(1)
})
