import { expect, test } from 'vitest'
import { createInFlight } from '../../src/services/paying.ts'

/** Lets everything run that can run now. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Work that ends when it is told to, and whether idle() has come true. */
function working() {
  const inFlight = createInFlight()
  const ends: PromiseWithResolvers<string>[] = []
  const work = inFlight.track((_name: string) => {
    const end = Promise.withResolvers<string>()
    ends.push(end)
    return end.promise
  })
  return { inFlight, ends, work }
}

const isDone = async (promise: Promise<void>) => {
  let done = false
  void promise.then(() => {
    done = true
  })
  await settled()
  return done
}

test('with nothing under way it is idle at once', async () => {
  expect(await isDone(createInFlight().idle())).toBe(true)
})

test('it is idle once all work has ended, well or badly, whether or not anybody waited for it', async () => {
  const { inFlight, ends, work } = working()
  const first = work('first')
  const second = work('second')
  const refused = expect(second).rejects.toThrow('lost')
  const idle = inFlight.idle()
  expect(await isDone(idle)).toBe(false)
  ends[0]?.resolve('paid')
  expect(await isDone(idle)).toBe(false)
  ends[1]?.reject(new Error('lost'))
  expect(await isDone(idle)).toBe(true)
  expect(await first).toBe('paid')
  await refused
})

test('work that begins while waiting is waited for as well', async () => {
  const { inFlight, ends, work } = working()
  void work('first')
  const idle = inFlight.idle()
  void work('second')
  ends[0]?.resolve('paid')
  expect(await isDone(idle)).toBe(false)
  ends[1]?.resolve('paid')
  expect(await isDone(idle)).toBe(true)
})
