import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** `npm run others`. Not part of `npm test`: it installs much, and takes minutes. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    name: 'others',
    include: ['test/others/*.others.ts'],
    globalSetup: ['tools/install.ts', 'test/others/install.ts', 'test/support/built-programs.ts'],
    reporters: ['verbose'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
})
