import type { Bug } from './bug.ts'

/** Those who wait for the end of a payment take from others, or wait too long. */
export const WAITING_BUGS: readonly Bug[] = [
  {
    name: 'count those who wait among the requests in progress',
    file: 'src/plugins/admission.ts',
    inside: 'stepAside',
    find: 'if (!visit) return work()',
    replace: 'if (visit || !visit) return work()',
    tests: ['test/routes/waiting.test.ts'],
  },
  {
    name: 'make a look for each one who waits',
    file: 'src/services/waiting.ts',
    find: 'return isNew',
    replace: 'return true || isNew',
    tests: ['test/services/waiting.test.ts', 'test/routes/waiting.test.ts'],
  },
  {
    name: 'make another look for each wait that is over',
    file: 'src/plugins/waiting.ts',
    find: 'return await ask(() => false)',
    replace: 'return await ask(() => true)',
    tests: ['test/routes/waiting.test.ts'],
  },
  {
    name: 'let one caller keep all places to wait',
    file: 'src/services/waiting.ts',
    find: 'if (most.length <= (places.get(caller)?.length ?? 0) + 1) return false',
    replace: 'if (most.length > 0) return false',
    tests: ['test/services/waiting.test.ts'],
  },
  {
    name: 'let any number wait',
    file: 'src/services/waiting.ts',
    find: 'if (waiters.size < placesMax) return true',
    replace: 'if (waiters.size >= 0) return true',
    tests: ['test/services/waiting.test.ts'],
  },
  {
    name: 'wait on after the signal to stop',
    file: 'src/services/waiting.ts',
    find: 'for (const { over } of waiters) over.resolve(false)',
    replace: '',
    tests: ['test/services/waiting.test.ts', 'test/routes/waiting.test.ts'],
  },
  {
    name: 'keep the places of clients that have gone away',
    file: 'src/services/waiting.ts',
    find: "hasGone.addEventListener('abort', leave, { once: true })",
    replace: '',
    tests: ['test/services/waiting.test.ts'],
  },
  {
    name: 'say that the answer waited where it did not',
    file: 'src/plugins/waiting.ts',
    find: 'if (isApplied) reply.header',
    replace: 'if (isApplied || true) reply.header',
    tests: ['test/routes/waiting.test.ts'],
  },
]
