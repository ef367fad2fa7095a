import { expect, test } from 'vitest'
import { preferredWaitSeconds } from '../../src/plugins/waiting.ts'

test.each([
  [['wait=20'], 20],
  [['Wait=5'], 5],
  [['WAIT = 5'], 5],
  [['wait="7"'], 7],
  [['wait="\\7"'], 7],
  [['wait=0'], 0],
  [['wait=30'], 30],
  [['wait=31'], 30],
  [['wait=99999999999'], 30],
  [['wait=9007199254740993'], 30],
  [[`wait=${'9'.repeat(400)}`], 30],
  [['respond-async, wait=10'], 10],
  [['respond-async', 'wait=10'], 10],
  [['return=minimal; foo="a, wait=3", wait=4'], 4],
  [['handling=lenient,wait=4;why="because, so"'], 4],
  [[',, wait=6 ,'], 6],
  [['foo="unfinished, wait=6', 'wait=5'], 5],
  [['foo="unfinished, wait=6'], null],
  // Of several the first counts, whatever it says (RFC 7240 §2).
  [['wait=8, wait=9'], 8],
  [['wait=8', 'wait=9'], 8],
  [['wait=soon, wait=9'], null],
  [[], null],
  [[''], null],
  [['wait'], null],
  [['wait='], null],
  [['wait=""'], null],
  [['wait=-1'], null],
  [['wait=1.5'], null],
  [['wait=1e1'], null],
  [['waits=20'], null],
  [['x-wait=20'], null],
  [['foo=wait=20'], null],
  [['foo;wait=20'], null],
])('Prefer: %j asks to wait for %s', (lines, seconds) => {
  expect(preferredWaitSeconds(lines)).toBe(seconds)
})

test('a long header is read in a moment', () => {
  const long = 200_000
  const lines = ['a', 'wait', 'wait='].flatMap((name) =>
    ['a', ' ', '"', '\\', '"a', '= ', ';', ','].map((part) => `${name}${part.repeat(long)}x`),
  )
  const startedMs = performance.now()
  for (const line of lines) preferredWaitSeconds([line])
  // Of a reading that takes four times as long for a header of twice the length, each takes many seconds.
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})
