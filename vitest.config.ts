import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { leftBy, PROJECTS, type ProjectName } from './test/projects.ts'
import { compiled } from './test/support/compiled.ts'
import { LongestFirst } from './test/support/longest-first.ts'

const project = (name: ProjectName, test: object) => ({
  extends: true as const,
  test: { name, include: PROJECTS[name], exclude: ['**/node_modules/**', ...leftBy(name)], ...test },
})

export default defineConfig({
  test: {
    // Each file starts what it needs on free ports. A file waits for a third to a half of its time, so that two more than there are
    // cores keep two cores busy. Still more at once would make processes late that are judged by time.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // One second, as it is by default, is short for a process on a busy machine. What comes at once is seen at once.
    expect: { poll: { timeout: 15_000 } },
    globalSetup: 'tools/install.ts',
    projects: [
      // Without isolation a worker loads each module once for all its files: a test must leave nothing behind in a module.
      project('unit', { pool: 'threads', isolate: false }),
      project('http', { pool: 'forks', isolate: false }),
      project('postgres', {
        pool: 'forks',
        isolate: false,
        globalSetup: ['tools/install.ts', 'test/support/postgres-server.ts'],
      }),
      project('process', {
        pool: 'forks',
        testTimeout: 60_000,
        env: compiled,
        globalSetup: ['tools/install.ts', 'test/support/built-programs.ts'],
      }),
      // A group of its own, which comes after all others.
      project('alone', { pool: 'forks', testTimeout: 60_000, env: compiled, sequence: { groupOrder: 1 } }),
    ],
  },
})
