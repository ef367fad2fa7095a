import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTurns, type Waiter } from '../../../src/clients/bigcommerce/turns.ts'

const waiter = (caller: string, deadlineMs: number): Waiter => ({
  caller,
  kind: 'any',
  deadlineMs,
  go() {},
  refuse() {},
})

test("callers take turns, and each one's calls go first come first served", () => {
  const turns = createTurns()
  const [a1, a2, a3, b1, c1] = [
    waiter('a', 1),
    waiter('a', 2),
    waiter('a', 3),
    waiter('b', 4),
    waiter('c', 5),
  ]
  for (const one of [a1, a2, a3, b1, c1]) turns.add(one)
  expect(Array.from({ length: 6 }, () => turns.next())).toEqual([a1, b1, c1, a2, a3, undefined])
})

test('a call that comes back with less patience left goes before the others of its caller', () => {
  const turns = createTurns()
  const [later, back] = [waiter('a', 9), waiter('a', 3)]
  turns.add(later)
  turns.add(back)
  expect(turns.mostUrgent()).toBe(back)
  expect([turns.next(), turns.next()]).toEqual([back, later])
})

/** The same, said as simply as can be. */
function model() {
  let waiting: { waiter: Waiter; came: number }[] = []
  let order: string[] = []
  const ofCaller = (caller: string) =>
    waiting
      .filter((one) => one.waiter.caller === caller)
      .toSorted((x, y) => x.waiter.deadlineMs - y.waiter.deadlineMs || x.came - y.came)
      .map((one) => one.waiter)
  const remove = (gone: Waiter) => {
    waiting = waiting.filter((one) => one.waiter !== gone)
    if (ofCaller(gone.caller).length === 0) order = order.filter((caller) => caller !== gone.caller)
  }
  let came = 0
  return {
    size: () => waiting.length,
    add(one: Waiter) {
      if (ofCaller(one.caller).length === 0) order.push(one.caller)
      waiting.push({ waiter: one, came: came++ })
    },
    next() {
      const [caller = ''] = order
      const [first] = ofCaller(caller)
      if (!first) return undefined
      remove(first)
      order = order.filter((other) => other !== caller)
      if (ofCaller(caller).length > 0) order.push(caller)
      return first
    },
    earliestMs: () => Math.min(...waiting.map((one) => one.waiter.deadlineMs)),
    most: () => Math.max(0, ...order.map((caller) => ofCaller(caller).length)),
    ofCaller,
    remove,
  }
}

test('whatever comes, goes and is sent away, it does what the simple form does', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      caller: fc.constantFrom('a', 'b', 'c', 'd'),
      deadlineMs: fc.nat(20),
    }),
    fc.record({ kind: fc.constantFrom('next' as const, 'urgent' as const, 'largest' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const [turns, plain] = [createTurns(), model()]
      for (const one of steps) {
        if (one.kind === 'add') {
          const added = waiter(one.caller, one.deadlineMs)
          turns.add(added)
          plain.add(added)
        } else if (one.kind === 'next') {
          expect(turns.next()).toBe(plain.next())
        } else {
          const gone = one.kind === 'urgent' ? turns.mostUrgent() : turns.lastOfLargest()
          if (!gone) {
            expect(plain.size()).toBe(0)
            continue
          }
          if (one.kind === 'urgent') expect(gone.deadlineMs).toBe(plain.earliestMs())
          else {
            expect(plain.ofCaller(gone.caller)).toHaveLength(plain.most())
            expect(plain.ofCaller(gone.caller).at(-1)).toBe(gone)
          }
          turns.remove(gone)
          plain.remove(gone)
        }
        expect(turns.size).toBe(plain.size())
      }
    }),
  )
})
