import { test } from 'vitest'
import { watchedSqlite } from './databases.ts'
import { leavesNothingBehind } from './leaves-nothing-behind.ts'

test(
  'no card number, CVV, PAT or store token is left anywhere, with SQLite; and one that is put there is found',
  {
    timeout: 300_000,
  },
  () => leavesNothingBehind(watchedSqlite),
)
