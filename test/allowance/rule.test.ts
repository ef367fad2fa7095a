import { expect, test } from 'vitest'
import { createCautiousMargin } from '../../src/allowance/rule.ts'

function marginOf() {
  let nowMs = 1_000
  const margin = createCautiousMargin({ marginMs: 200, windowMs: 4_000, now: () => nowMs })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { margin, pass }
}

test('the margin grows by a step for each window in which a charge was turned away, up to a bound', () => {
  const { margin, pass } = marginOf()
  const seen = [margin.nowMs()]
  for (let window = 0; window < 6; window++) {
    margin.turnedAway()
    margin.turnedAway()
    seen.push(margin.nowMs())
    pass(4_000)
  }
  expect(seen).toEqual([200, 400, 600, 800, 1_000, 1_000, 1_000])
})

test('a minute after the last of them it is the usual one again, and begins anew', () => {
  const { margin, pass } = marginOf()
  margin.turnedAway()
  pass(30_000)
  margin.turnedAway()
  pass(59_999)
  expect(margin.nowMs()).toBe(600)
  pass(1)
  expect(margin.nowMs()).toBe(200)
  margin.turnedAway()
  expect(margin.nowMs()).toBe(400)
})
