import { defineConfig } from 'vitest/config'

/** Tests that start whole processes or a browser, or go through thousands of stories; the rest is run between edits. */
const slow = [
  'test/process/**/*.test.ts',
  'test/canary/**/*.test.ts',
  'test/fuzz/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/generated/**/*.test.ts',
  'test/simulation/**/*.test.ts',
  'test/chaos/**/*.test.ts',
]

export default defineConfig({
  test: {
    // Each file starts its own sandbox and service on free ports, so files may run side by side.
    pool: 'forks',
    // As many at once as there are cores; vitest would leave one free, which of two is half. Most tests wait most of the time.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: slow,
          globalSetup: 'test/support/postgres-server.ts',
        },
      },
      { extends: true, test: { name: 'slow', include: slow, testTimeout: 60_000 } },
    ],
  },
})
