import { expect, test } from 'vitest'
import { sqlitePath } from '../../src/domain/ledger-url.ts'

test.each([
  ['sqlite:tillgate.db', 'tillgate.db'],
  ['sqlite:./data/tillgate.db', './data/tillgate.db'],
  ['sqlite:../tillgate.db', '../tillgate.db'],
  ['sqlite:/data/tillgate.db', '/data/tillgate.db'],
  ['sqlite:///data/tillgate.db', '/data/tillgate.db'],
  ['sqlite:////data/tillgate.db', '/data/tillgate.db'],
  ['sqlite::memory:', ':memory:'],
])('%s is the file %s', (url, path) => {
  expect(sqlitePath(url)).toBe(path)
})
