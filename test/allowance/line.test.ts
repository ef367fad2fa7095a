import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFairQueue } from '../../src/allowance/line.ts'

const queueOf = (...items: string[]) => {
  const queue = createFairQueue<string>()
  for (const [index, item] of items.entries()) queue.push(item.charAt(0), item, index)
  return queue
}
const drained = (queue: ReturnType<typeof queueOf>) => {
  const order: string[] = []
  for (let item = queue.next(); item !== undefined; item = queue.next()) order.push(item)
  return order
}

test('turn about between callers, first come first served within one', () => {
  expect(drained(queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

test('one that comes while others queue waits for at most one turn of each', () => {
  const queue = queueOf('a1', 'a2', 'a3', 'a4', 'a5')
  queue.next()
  queue.push('b', 'b1', 9)
  expect(drained(queue)).toEqual(['a2', 'b1', 'a3', 'a4', 'a5'])
})

test('one that has been waiting for longer comes first within its caller, whenever it is put in line', () => {
  const queue = queueOf('a1', 'a2')
  queue.push('a', 'a0', -1)
  expect(drained(queue)).toEqual(['a0', 'a1', 'a2'])
})

describe('too many', () => {
  test('the last of the caller with the most waiting leaves', () => {
    const queue = queueOf('b1', 'a1', 'a2', 'a3', 'b2')
    expect(queue.lastOfLargest()).toBe('a3')
    queue.remove('a3')
    expect(queue.lastOfLargest()).toBe('b2')
    expect(queueOf().lastOfLargest()).toBeUndefined()
  })

  test('a flood does not push out the one request of another', () => {
    const queue = queueOf('a1', 'a2', 'a3')
    expect(queue.wouldBeLast('a')).toBe(true)
    expect(queue.wouldBeLast('b')).toBe(false)
    expect(queueOf('a1').wouldBeLast('b')).toBe(true)
  })
})

test('none is lost, served twice, or served after leaving', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ push: fc.constantFrom('a', 'b', 'c') }),
      fc.constant('next' as const),
      fc.record({ leave: fc.nat(30) }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const queue = createFairQueue<number>()
      const waiting = new Set<number>()
      let count = 0
      for (const step of all) {
        if (step === 'next') {
          const item = queue.next()
          expect(item === undefined ? waiting.size === 0 : waiting.delete(item)).toBe(true)
        } else if ('push' in step) {
          queue.push(step.push, ++count, count)
          waiting.add(count)
        } else {
          expect(queue.remove(step.leave)).toBe(waiting.delete(step.leave))
        }
        expect(queue.size).toBe(waiting.size)
      }
    }),
  )
})
