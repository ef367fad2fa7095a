import { expect, test } from 'vitest'
import type { Bug } from './bug.ts'
import { plant } from './plant.ts'

const bug = (of: Partial<Bug>): Bug => ({
  name: 'charge twice',
  file: 'src/pay.ts',
  find: 'sent === 0',
  replace: 'true',
  tests: [],
  ...of,
})
const pay = `function pay(sent) {
  if (sent === 0) charge()
}

function sayWhy(sent) {
  return sent === 0 ? 'first' : 'again'
}
`

test('a bug is planted where its text stands', () => {
  expect(plant(bug({ find: 'charge()' }), new Map([['src/pay.ts', pay]]))).toMatchObject({
    kind: 'planted',
    file: 'src/pay.ts',
    text: expect.stringContaining('if (sent === 0) true\n'),
  })
})

test('a text that stands twice is planted inside the function that is named', () => {
  const sources = new Map([['src/pay.ts', pay]])
  expect(plant(bug({}), sources)).toEqual({
    kind: 'not-found',
    because: 'the text stands 2 times in src/pay.ts',
  })
  expect(plant(bug({ inside: 'sayWhy' }), sources)).toMatchObject({
    text: expect.stringContaining("return true ? 'first'"),
  })
  expect(plant(bug({ inside: 'pay' }), sources)).toMatchObject({
    text: expect.stringContaining('if (true) charge()'),
  })
  expect(plant(bug({ inside: 'gone' }), sources)).toMatchObject({ kind: 'not-found' })
})

test('a bug follows its text into another layout and another file', () => {
  const moved = new Map([
    ['src/other.ts', 'const other = 1\n'],
    ['src/paying/pay.ts', pay.replace('(sent === 0) charge', '(\n    sent ===\n      0\n  ) charge')],
  ])
  expect(plant(bug({ inside: 'pay' }), moved)).toMatchObject({
    kind: 'planted',
    file: 'src/paying/pay.ts',
    text: expect.stringMatching(/if \(\n\s+true\n\s+\) charge/),
  })
})

test('a bug is not planted into the comment of the line above', () => {
  const commented = pay.replace('  if', '  // The first time only.\n    if')
  expect(
    plant(bug({ find: '  if (sent === 0)', replace: '  if (true)' }), new Map([['src/pay.ts', commented]])),
  ).toMatchObject({ text: expect.stringContaining('// The first time only.\n  if (true) charge()') })
})

test('a bug whose text is gone, or that changes nothing, is said to have no place', () => {
  const sources = new Map([['src/pay.ts', pay]])
  expect(plant(bug({ find: 'sent === 1' }), sources)).toMatchObject({ kind: 'not-found' })
  expect(plant(bug({ find: /return (\w+)/, replace: 'return sent' }), sources)).toEqual({
    kind: 'not-found',
    because: 'it changes nothing',
  })
})
