import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'
import { compiled } from '../support/compiled.ts'

const root = join(import.meta.dirname, '../..')

/** The command of `npm run payments`, as it is built. */
export const commandOf =
  (env: Record<string, string>) =>
  (...words: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string; document: Record<string, unknown> }>(
      (done) => {
        execFile(
          process.execPath,
          [join(inject('builtPrograms'), 'payments.js'), ...words],
          { cwd: root, env: { ...compiled, ...env } },
          (error, stdout, stderr) =>
            done({
              code: error === null ? 0 : Number(error.code),
              stdout,
              stderr,
              document: words.includes('--json') && stdout.startsWith('{') ? JSON.parse(stdout) : {},
            }),
        )
      },
    )
