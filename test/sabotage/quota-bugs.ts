import type { Bug } from './bug.ts'

const arithmetic = 'src/clients/bigcommerce/quota.ts'
const gate = 'src/clients/bigcommerce/management-gate.ts'
const tests = ['test/clients/bigcommerce/quota.test.ts', 'test/clients/bigcommerce/management-gate.test.ts']

/** A quota of management calls that is overdrawn, or spent on what matters less. */
export const QUOTA_BUGS: readonly Bug[] = [
  {
    name: 'let listings spend the whole quota',
    file: arithmetic,
    find: '  reading: 3,',
    replace: '  reading: Number.POSITIVE_INFINITY,',
    tests: [...tests, 'test/routes/management-quota.test.ts'],
  },
  {
    name: 'forget the calls that are out',
    file: arithmetic,
    find: 'window.left) - out',
    replace: 'window.left) - 0 * out',
    tests,
  },
  {
    name: 'believe whichever answer arrives last',
    file: arithmetic,
    find: 'left: Math.min(left, known.left),',
    replace: 'left,',
    tests,
  },
  {
    name: 'send all at once when the pause after a 429 is over',
    file: arithmetic,
    find: 'quota.refusals > 0 ? 1 : MANAGEMENT_CALLS_MAX',
    replace: 'quota.refusals > 0 ? MANAGEMENT_CALLS_MAX : MANAGEMENT_CALLS_MAX + 0',
    tests,
  },
  {
    name: 'ask an overloaded platform again and again after the same pause',
    file: 'src/clients/bigcommerce/quota-reading.ts',
    find: '2 ** (refusals - 1)',
    replace: '1 ** (refusals - 1)',
    tests: ['test/clients/bigcommerce/quota-reading.test.ts'],
  },
  {
    name: 'leave BigCommerce alone for hours when it says so',
    file: 'src/clients/bigcommerce/quota-reading.ts',
    find: 'return Math.min(Math.max(...askedMs), waitMsMax)',
    replace: 'return Math.max(...askedMs)',
    tests: ['test/clients/bigcommerce/quota-reading.test.ts'],
  },
  {
    name: 'take a header that is there and empty for zero',
    file: 'src/clients/bigcommerce/quota-headers.ts',
    find: '/^\\d/.test(header)',
    replace: '/^/.test(header)',
    tests: ['test/clients/bigcommerce/quota-headers.test.ts'],
  },
  {
    name: 'serve reconciliation before payments',
    file: gate,
    find: 'for (const purpose of PURPOSES) letIn(purpose)',
    replace: 'for (const purpose of PURPOSES.toReversed()) letIn(purpose)',
    tests,
  },
  {
    name: 'let a call wait for the gate beyond its patience',
    file: gate,
    find: 'deadlineMs > now() && opensAtMs',
    replace: 'deadlineMs > 0 || opensAtMs',
    tests,
  },
  {
    name: 'make a call again that BigCommerce turned away for more than its patience',
    file: 'src/clients/bigcommerce/retry.ts',
    find: 'isLast || result.error instanceof Problem',
    replace: 'isLast || !(result.error instanceof Error)',
    tests: ['test/clients/bigcommerce/retry.test.ts'],
  },
  {
    name: 'read an order to pay it behind those who list',
    file: 'src/routes/orders/pay-order.ts',
    find: `requestContext(request, 'paying')`,
    replace: `requestContext(request, 'reading')`,
    tests: ['test/routes/management-quota.test.ts'],
  },
  {
    name: 'look up lost payments with what is kept for shoppers',
    file: 'src/services/reconcile-attempt.ts',
    find: `purpose: 'reconciling'`,
    replace: `purpose: 'paying'`,
    tests: ['test/routes/management-quota.test.ts'],
  },
  {
    name: 'take a look that gave way for one that failed',
    file: 'src/services/reconcile-attempt.ts',
    find: `err.code === 'upstream_busy'`,
    replace: `err.code === 'overloaded'`,
    tests: ['test/services/reconcile-attempt.test.ts'],
  },
]
