import { defineConfig } from 'vitest/config'

/** Tests that start whole processes or a browser; everything else is run between edits. */
const wholeProcesses = ['test/process/**/*.test.ts', 'test/demo/**/*.test.ts']

export default defineConfig({
  test: {
    // Each file starts its own sandbox and service on free ports, so files may run side by side.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: wholeProcesses,
          globalSetup: 'test/support/postgres-server.ts',
        },
      },
      { extends: true, test: { name: 'processes', include: wholeProcesses, testTimeout: 60_000 } },
    ],
  },
})
