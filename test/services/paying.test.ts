import { expect, test } from 'vitest'
import { createInFlight } from '../../src/services/paying.ts'

/** Lets all promises settle that can settle now. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Work that ends when the test says so. */
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

test('it is idle at once when no call is running', async () => {
  expect(await isDone(createInFlight().idle())).toBe(true)
})

test('it is idle once every call has ended, with or without success, whether or not anyone waits for it', async () => {
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

test('it waits for calls that begin meanwhile, too', async () => {
  const { inFlight, ends, work } = working()
  void work('first')
  const idle = inFlight.idle()
  void work('second')
  ends[0]?.resolve('paid')
  expect(await isDone(idle)).toBe(false)
  ends[1]?.resolve('paid')
  expect(await isDone(idle)).toBe(true)
})
