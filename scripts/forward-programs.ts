import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Health checks, runbooks and jobs call the programs by these names in dist/: they stay when a source file moves. */
const programs = {
  doctor: './commands/doctor.js',
  healthcheck: './commands/healthcheck.js',
  migrate: './commands/migrate.js',
  'backup-ledger': './commands/backup.js',
  'accept-ledger': './commands/accept.js',
  'copy-ledger': './commands/copy.js',
}

for (const [name, path] of Object.entries(programs)) {
  writeFileSync(join(import.meta.dirname, '../dist', `${name}.js`), `import '${path}'\n`)
}
