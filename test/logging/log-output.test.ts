import { expect, test, vi } from 'vitest'
import { createLogOutput } from '../../src/logging/logger.ts'

const failure = (code: string) => Object.assign(new Error(code), { code })

/** An output that takes at most so many bytes at a time, or fails. */
function output() {
  let text = ''
  let takes: () => number = () => Number.POSITIVE_INFINITY
  const log = createLogOutput({
    fd: 1,
    write(_fd, bytes) {
      const taken = bytes.subarray(0, takes())
      text += taken.toString()
      return taken.length
    },
  })
  const fails = (code: string) => {
    throw failure(code)
  }
  return {
    log,
    text: () => text,
    takesAll: () => {
      takes = () => Number.POSITIVE_INFINITY
    },
    takes: (bytes: number) => {
      takes = () => bytes
    },
    fails: (code: string) => {
      takes = () => fails(code)
    },
    /** As a disk that has room for so many bytes and no more. */
    fillsUpAfter(bytes: number) {
      let room = bytes
      takes = () => {
        if (room === 0) return fails('ENOSPC')
        const now = room
        room = 0
        return now
      }
    },
  }
}

test('lines are written as they come, in one piece or in several', () => {
  const { log, text, takes } = output()
  log.write('one\n')
  takes(2)
  log.write('two\n')
  expect(text()).toBe('one\ntwo\n')
  expect(log.lost()).toBe(0)
})

test.each(['ENOSPC', 'EPIPE', 'EIO'])('%s loses the line and counts it, and nothing is thrown', (code) => {
  const { log, text, fails, takesAll } = output()
  fails(code)
  log.write('one\n')
  log.write('two\n')
  expect(log.lost()).toBe(2)
  takesAll()
  log.write('three\n')
  expect(text()).toBe('three\n')
  expect(log.lost()).toBe(2)
})

test('after a line of which only a part fitted, the next one begins on a line of its own', () => {
  const { log, text, fillsUpAfter, takesAll } = output()
  fillsUpAfter(2)
  log.write('one\n')
  log.write('two\n')
  expect([text(), log.lost()]).toEqual(['on', 2])
  takesAll()
  log.write('three\n')
  log.write('four\n')
  expect(text()).toBe('on\nthree\nfour\n')
})

test('a slow reader gets its lines later, in order', () => {
  vi.useFakeTimers()
  const { log, text, fails, takesAll } = output()
  fails('EAGAIN')
  log.write('one\n')
  log.write('two\n')
  expect(text()).toBe('')
  vi.advanceTimersByTime(1_000)
  expect(text()).toBe('')
  takesAll()
  log.write('three\n')
  vi.advanceTimersByTime(100)
  expect(text()).toBe('one\ntwo\nthree\n')
  expect(log.lost()).toBe(0)
  vi.useRealTimers()
})

test('what is kept for a slow reader is bounded', () => {
  const { log, text, fails, takesAll } = output()
  fails('EAGAIN')
  const line = `${'x'.repeat(1023)}\n`
  for (let count = 0; count < 2_000; count += 1) log.write(line)
  expect(log.lost()).toBe(2_000 - 256)
  takesAll()
  log.flush()
  expect(text()).toHaveLength(256 * 1024)
})

test('a flush writes what waits, and gives a reader up that does not read', () => {
  const { log, text, fails, takesAll } = output()
  fails('EAGAIN')
  log.write('one\n')
  const startedMs = performance.now()
  log.flush()
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  takesAll()
  log.flush()
  expect(text()).toBe('one\n')
})
