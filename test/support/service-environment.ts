import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { authEnvironment } from './caller-token.ts'

/** Where tests note what was sent, instead of in the home folder. */
export const testMarks = join(tmpdir(), 'tillgate-test-marks')

/** The variables of a service that runs as a process on a free port, against the sandbox. */
export const serviceEnvironment = (sandbox: Sandbox, databaseUrl: string) => ({
  HOST: '127.0.0.1',
  PORT: '0',
  ADMIN_PORT: '0',
  ...storeVariables(sandbox),
  DATABASE_URL: databaseUrl,
  LEDGER_MARK_DIR: testMarks,
  ...authEnvironment,
})
