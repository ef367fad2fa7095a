import { cpSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a running service reads of its project. */
const parts = ['src', 'migrations', 'package.json']

/**
 * Makes the version that comes after this one: the same program, and one more migration that only adds something.
 *
 * @returns its folder.
 */
export function newerVersion(within: string): string {
  const folder = join(within, 'newer-version')
  for (const part of parts) cpSync(part, join(folder, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
  const newest = Number(
    readdirSync('migrations')
      .filter((name) => /^\d{4}-/.test(name))
      .sort()
      .at(-1)
      ?.slice(0, 4),
  )
  const name = `${numbered(newest + 1)}-gift-notes.sql`
  writeFileSync(
    join(folder, 'migrations', name),
    `-- Oldest version that may run on it: the one whose newest migration is ${numbered(newest)}.
CREATE TABLE gift_notes (attempt_id TEXT NOT NULL PRIMARY KEY, note TEXT);
ALTER TABLE payment_attempts ADD COLUMN gift_note TEXT;
CREATE INDEX payment_attempts_gift_note ON payment_attempts (gift_note);
`,
  )
  return folder
}

const numbered = (number: number) => String(number).padStart(4, '0')
