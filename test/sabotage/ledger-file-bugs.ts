import type { Bug } from './bug.ts'

/** A ledger that is not the one that the store was served from, or takes no writes. */
export const LEDGER_FILE_BUGS: readonly Bug[] = [
  {
    name: 'mark a payment that is not sent',
    file: 'src/stores/served-mark.ts',
    find: "if (marked === 'sending') note(id)",
    replace: 'note(id)',
    tests: ['test/stores/served-mark.test.ts'],
  },
  {
    name: 'begin an empty ledger where one was served',
    file: 'src/stores/served-mark.ts',
    find: `      if (!existsSync(ledger) && marks().length > 0) throw refusal(\`There is no ledger at \${ledger}\`)
`,
    replace: '',
    tests: ['test/stores/served-mark.test.ts'],
  },
  {
    name: 'go on with a backup from before the last payment',
    file: 'src/stores/served-mark.ts',
    find: `        if (!known) throw refusal(\`The ledger at \${ledger} does not know payment \${id}\`)
`,
    replace: '',
    tests: ['test/stores/served-mark.test.ts'],
  },
  {
    name: 'keep the only mark beside the ledger',
    file: 'src/stores/served-mark.ts',
    find: `, join(resolve(folder), \`\${name}.json\`)]`,
    replace: ']',
    tests: ['test/stores/served-mark.test.ts'],
  },
  {
    name: 'call an instance ready that cannot write',
    file: 'src/stores/ledger-health.ts',
    find: `    await beat(database, instance, now())
`,
    replace: '',
    tests: ['test/stores/postgres-health.test.ts'],
  },
  {
    name: 'call an instance ready whose disk takes nothing',
    file: 'src/stores/ledger-health.ts',
    find: 'await transactDurably(database, async (transaction) => {',
    replace: 'await database.transaction().execute(async (transaction) => {',
    tests: ['test/stores/sqlite-flushes.test.ts'],
  },
  {
    name: 'call an instance ready as long as its disk hangs',
    file: 'src/stores/ledger-health.ts',
    find: 'if (leftMs() <= 0)',
    replace: 'if (leftMs() <= -1_000_000_000)',
    tests: ['test/stores/sqlite-flushes.test.ts'],
  },
  {
    name: 'call an instance not ready whose disk is merely slow',
    file: 'src/stores/ledger-health.ts',
    find: 'const hangsAfterMs = 5_000',
    replace: 'const hangsAfterMs = 500',
    tests: ['test/stores/sqlite-flushes.test.ts'],
  },
  {
    name: 'believe an old answer about readiness',
    file: 'src/stores/ledger-health.ts',
    find: 'elapsed() - latest.endedAtMs >= rememberedMs',
    replace: 'elapsed() - latest.endedAtMs >= 1_000 * rememberedMs',
    tests: ['test/stores/postgres-health.test.ts'],
  },
  {
    name: 'write to a file that was moved away',
    file: 'src/stores/engine/sqlite.ts',
    find: 'if (placeOf(name) === place) continue',
    replace: 'if (placeOf(name) !== undefined) continue',
    tests: ['test/stores/sqlite-replaced.test.ts'],
  },
  {
    name: "let a database's settings give up the flush",
    file: 'src/stores/engine/postgres.ts',
    find: "replace(current_setting('synchronous_commit'), 'off', 'on')",
    replace: "current_setting('synchronous_commit')",
    tests: ['test/stores/postgres-connections.test.ts', 'test/stores/postgres-pooler.test.ts'],
  },
]
