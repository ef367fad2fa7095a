import { expect, test } from 'vitest'
import { withBar } from './bar.ts'

test('a terminal sees how far a storm is, and what has no time without a bar', () => {
  expect(withBar('sqlite: 150 s, 12 orders', 600)).toContain(
    `${'█'.repeat(8)}${'░'.repeat(22)} sqlite: 150 s`,
  )
  expect(withBar('sqlite: 640 s, settling', 600)).toContain(`${'█'.repeat(30)} sqlite`)
  expect(withBar('sqlite: 300 kills to go', 600)).toBe('\r\x1b[Ksqlite: 300 kills to go')
})
