import { test } from 'vitest'
import { watchedPostgres } from './databases.ts'
import { leavesNothingBehind } from './leaves-nothing-behind.ts'

test(
  'no card number, CVV, PAT or store token is left anywhere, with Postgres; and one that is put there is found',
  {
    timeout: 300_000,
  },
  () => leavesNothingBehind(watchedPostgres),
)
