import type { Bug } from './bug.ts'

const arithmetic = ['test/allowance/rule.test.ts']
const store = ['test/stores/sqlite.test.ts']
const turns = ['test/allowance/permits.test.ts']

/** More payments than BigCommerce takes, or unfair turns at them. */
export const BUCKET_BUGS: readonly Bug[] = [
  {
    name: 'give a token back without waiting for its window',
    file: 'src/allowance/rule.ts',
    find: 'Math.max(countedAtMs + windowMs, notBeforeMs)',
    replace: 'Math.max(countedAtMs, notBeforeMs, windowMs * 0)',
    tests: arithmetic,
  },
  {
    name: 'count a payment from its reservation, however late it leaves',
    file: 'src/allowance/rule.ts',
    find: 'countedAtMs: forMs + rule.sendWithinMs + rule.marginMs,',
    replace: 'countedAtMs: forMs + rule.marginMs,',
    tests: arithmetic,
  },
  {
    name: 'count a payment from its reservation in the database as well',
    file: 'src/allowance/reserve-permits.ts',
    find: `\${rule.sendWithinMs + rule.marginMs}`,
    replace: `\${rule.marginMs}`,
    tests: store,
  },
  {
    name: 'let a report of an older use bring a token back',
    file: 'src/allowance/permit-store.ts',
    find: `counted_at_ms = \${least}(counted_at_ms, \${nowMs} + 1)\n          WHERE store_hash = \${storeHash} AND number = \${number} AND uses = \${uses}`,
    replace: `counted_at_ms = \${least}(counted_at_ms, \${nowMs} + 1)\n          WHERE store_hash = \${storeHash} AND number = \${number} AND uses >= \${uses}`,
    tests: store,
  },
  {
    name: 'forget at a restart what was spent',
    file: 'src/allowance/provide-permits.ts',
    find: `const latest = sql\`\${nowMs} + \${rule.sendWithinMs + rule.marginMs + rule.windowMs}\``,
    replace: `const latest = sql\`\${nowMs} - \${rule.sendWithinMs + rule.marginMs + rule.windowMs}\``,
    tests: store,
  },
  {
    name: 'keep what was spent first when the limit shrinks',
    file: 'src/allowance/provide-permits.ts',
    find: 'b.countedAtMs - a.countedAtMs',
    replace: 'a.countedAtMs - b.countedAtMs',
    tests: store,
  },
  {
    name: 'leave no margin for the network',
    file: 'src/allowance/permit.ts',
    find: 'after(marginMs(), report)',
    replace: 'after(0 * marginMs(), report)',
    tests: turns,
  },
  {
    name: 'give a spent token back at the end',
    file: 'src/allowance/permit.ts',
    find: "if (state !== 'held') return\n      state = 'over'\n      inBackground",
    replace: "if (state === 'over') return\n      state = 'over'\n      inBackground",
    tests: turns,
  },
  {
    name: 'send however late it has become',
    file: 'src/allowance/permit.ts',
    find: 'now() >= dueMs && now() < leavesUntilMs',
    replace: 'now() >= dueMs && leavesUntilMs < Number.POSITIVE_INFINITY',
    tests: turns,
  },
  {
    name: 'send as soon as there is a token, before its moment',
    file: 'src/allowance/permit.ts',
    find: 'now() < dueMs ? after(dueMs - now(), look) : resolve()',
    replace: 'now() < 0 ? after(dueMs - now(), look) : resolve()',
    tests: turns,
  },
  {
    name: 'send on a connection that was closed while it was waited for',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'if (isLate || !isGood) {',
    replace: 'if (isLate || (!isGood && connected)) {',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'send without asking whether it may still leave',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'isLate = !departure.mayLeave()',
    replace: 'isLate = !departure.mayLeave',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'serve whoever came first, whoever it is of',
    file: 'src/allowance/line.ts',
    find: '      callers.delete(caller)\n      if (waiting.length > 0) callers.set(caller, waiting)',
    replace: '      if (waiting.length === 0) callers.delete(caller)',
    tests: ['test/allowance/line.test.ts'],
  },
  {
    name: 'let those wait who cannot be served in time',
    file: 'src/allowance/line.ts',
    find: 'if (lastWaitMs === 0 || now() + lastWaitMs <= last.deadlineMs) return',
    replace: 'if (now() + lastWaitMs > 0) return',
    tests: turns,
  },
  {
    name: 'keep a token that was not spent',
    file: 'src/services/pay-order.ts',
    find: '      paymentToken.release()',
    replace: '      void paymentToken',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send a charge again whatever became of it',
    file: 'src/services/pay-order.ts',
    find: `if (outcome.kind !== 'not_sent' || outcome.reason !== 'rate_limited') return false`,
    replace: `if (outcome.kind === 'succeeded' || !('retryAfterSeconds' in outcome || Object.assign(outcome, { retryAfterSeconds: 0 }))) return false`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send a charge again past the patience of its caller',
    file: 'src/allowance/permits.ts',
    find: 'now() + forMs < sinceMs + maxWaitMs',
    replace: 'now() + forMs > 0',
    tests: turns,
  },
]
