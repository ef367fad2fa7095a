import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const wanted = ['initdb', 'postgres', 'pg_dump', 'pg_restore']

/** A folder with a whole Postgres, whose tools fit its server: on the PATH, or where Debian keeps it. */
export const findPostgresTools = (): string | null =>
  [...(process.env.PATH ?? '').split(delimiter), ...globSync('/usr/lib/postgresql/*/bin')].find((folder) =>
    wanted.every((name) => existsSync(join(folder, name))),
  ) ?? null
