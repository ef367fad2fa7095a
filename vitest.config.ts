import { defineConfig } from 'vitest/config'

/** Whole processes, a browser, or thousands of stories: what takes minutes. */
const process = [
  'test/canary/{postgres,sqlite}.test.ts',
  'test/chaos/{chaos,parallel}.test.ts',
  'test/demo/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/fuzz/**/*.test.ts',
  'test/generated/**/*.test.ts',
  'test/process/**/*.test.ts',
  'test/sandbox/{hooks,main}.test.ts',
  'test/simulation/{sabotages,simulation}.test.ts',
  'test/supply-chain/**/*.test.ts',
]

/** A real Postgres, one for the run. */
const postgres = [
  'test/doctor/database.test.ts',
  'test/routes/{fleet,postgres}.test.ts',
  'test/routes/pay-order/card-testing.test.ts',
  'test/stores/{migrations,postgres,postgres-connections,postgres-races,sqlite}.test.ts',
]

/** The service or the sandbox behind a port of this machine. */
const http = [
  'test/client/{pay-order,resume}.test.ts',
  'test/clients/bigcommerce/{management-api,management-gate,payments-api}.test.ts',
  'test/clients/identity/published-keys.test.ts',
  'test/contract/{breaking-changes,described,lint,openapi,operations}.test.ts',
  'test/doctor/{keys-and-ports,store,webhooks}.test.ts',
  'test/metrics/**/*.test.ts',
  'test/plugins/**/*.test.ts',
  'test/routes/**/*.test.ts',
  'test/sandbox/**/*.test.ts',
  'test/security/**/*.test.ts',
  'test/stores/sqlite-flushes.test.ts',
]

const installed = ['**/node_modules/**']

export default defineConfig({
  test: {
    // As many at once as there are cores; vitest would leave one free, which of two is half. Most tests wait most of the time.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    globalSetup: 'tools/install.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...installed, ...http, ...postgres, ...process],
          // None of them leaves anything behind in a module, so a worker loads each module once for all files.
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        // Each file starts its own sandbox and service on free ports, so files may run side by side.
        test: {
          name: 'http',
          include: http,
          exclude: [...installed, ...postgres, ...process],
          pool: 'forks',
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: postgres,
          globalSetup: 'test/support/postgres-server.ts',
          pool: 'forks',
        },
      },
      { extends: true, test: { name: 'process', include: process, testTimeout: 60_000, pool: 'forks' } },
    ],
  },
})
