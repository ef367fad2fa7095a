import type { Bug } from './bug.ts'

/** Limits that let through what they are there to stop, or stop what they should let through. */
export const LIMIT_BUGS: readonly Bug[] = [
  {
    name: 'count declines without reserving a place first',
    file: 'src/stores/velocity-holds.ts',
    find: `          if (full) return { full, writes: [] }
`,
    replace: `          if (full || attemptId) return { full, writes: [] }
`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'count and take a place in two steps',
    file: 'src/stores/velocity-holds.ts',
    find: 'const waits = turns(database, keys)',
    replace: 'const waits = turns(database, keys).slice(keys.length)',
    tests: ['test/stores/postgres.test.ts'],
  },
  {
    name: 'forget how many attempts on an order have failed',
    file: 'src/stores/claim-attempt.ts',
    find: 'const retryAfterSeconds = await failuresWaitSeconds(transaction, options)',
    replace: 'const retryAfterSeconds = 0 * (await failuresWaitSeconds(transaction, options))',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'give the place of a decline back',
    file: 'src/domain/decline-limits.ts',
    find: "status === 'declined' && !ofNoInstrument.has(problemCode) ? 'declined' : null",
    replace: "status === 'declined' && ofNoInstrument.has(problemCode) ? 'declined' : null",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'give the place of an unknown payment back',
    file: 'src/domain/decline-limits.ts',
    find: "if (isUnsettled(status)) return 'unknown'",
    replace: 'if (isUnsettled(status)) return null',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'never give back what an attempt holds that came to nothing',
    file: 'src/services/pay-order.ts',
    find: 'if (!isClaimed) await velocityGate.release(id, context)',
    replace: 'void isClaimed',
    tests: ['test/routes/pay-order/velocity.test.ts'],
  },
  {
    name: 'hold a place for ever',
    file: 'src/stores/velocity-holds.ts',
    find: 'heldUntilMs: nowMs + windowMs',
    replace: 'heldUntilMs: nowMs + 100 * windowMs',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'reserve for a replay',
    file: 'src/services/pay-order.ts',
    find: `    const fingerprint = fingerprintOf(asked)
`,
    replace: `    const fingerprint = fingerprintOf(asked)
    await velocityGate.reserve(newId(), command.caller, context)
`,
    tests: ['test/routes/pay-order/velocity.test.ts'],
  },
  {
    name: 'tell the reason of a decline to a caller who reads the payment',
    file: 'src/services/opaque-declines.ts',
    find: '.map(opaqueAttempt)',
    replace: '.map((attempt) => (attempt.id ? attempt : opaqueAttempt(attempt)))',
    tests: ['test/routes/pay-order/opaque-declines.test.ts'],
  },
  {
    name: 'tell a tester that the bank wants a challenge',
    file: 'src/services/opaque-declines.ts',
    find: "['payment_declined', 'payment_authentication_required']",
    replace: "['payment_declined']",
    tests: ['test/services/opaque-declines.test.ts'],
  },
  {
    name: 'let any number of payments in at once',
    file: 'src/plugins/admission.ts',
    find: 'running[kind] >= max[kind] || ',
    replace: '',
    tests: ['test/plugins/admission.test.ts'],
  },
  {
    name: 'take a payment for over when its client goes away',
    file: 'src/plugins/admission.ts',
    find: 'if (!visit.isClosed || visit.isWorkedOn || visit.isOver) return',
    replace: 'if (!visit.isClosed || visit.isOver) return',
    tests: ['test/plugins/admission.test.ts'],
  },
  {
    name: "let a flood of reads take the payments' places",
    file: 'src/plugins/admission.ts',
    find: "isPayment ? 'payments' : 'requests'",
    replace: "isPayment ? 'payments' : 'payments'",
    tests: ['test/plugins/admission.test.ts'],
  },
  {
    name: 'read the methods ahead when the quota of management calls is short',
    file: 'src/services/list-payment-methods.ts',
    find: "caller.access.kind === 'customer' && isAtEase() && misses.mayGoAhead(caller)",
    replace: "caller.access.kind === 'customer' && misses.mayGoAhead(caller)",
    tests: ['test/services/list-payment-methods.test.ts'],
  },
  {
    name: 'let different callers share a read',
    file: 'src/services/list-payment-methods.ts',
    find: '[orderId, principal, accessTo(orderId, access), shopperAddress]',
    replace: '[orderId, principal && accessTo(orderId, access) && shopperAddress ? 0 : 1]',
    tests: ['test/routes/list-payment-methods/coalesced.test.ts'],
  },
  {
    name: 'let all tokens of one caller share a read',
    file: 'src/services/list-payment-methods.ts',
    find: '[orderId, principal, accessTo(orderId, access), shopperAddress]',
    replace: '[orderId, principal, access && accessTo ? 0 : 1, shopperAddress]',
    tests: ['test/routes/list-payment-methods/coalesced.test.ts'],
  },
  {
    name: 'list an order as payable although it is being paid',
    file: 'src/services/list-payment-methods.ts',
    find: 'isPayable: fence === null && mayBePayable(order)',
    replace: 'isPayable: mayBePayable(order)',
    tests: ['test/services/list-payment-methods.test.ts'],
  },
  {
    name: 'list the methods of an order that has been paid here',
    file: 'src/services/list-payment-methods.ts',
    find: `see that.
    if (isPaid(fence)) throw fencedBy(fence)`,
    replace: 'see that.',
    tests: ['test/services/list-payment-methods.test.ts'],
  },
  {
    name: 'tell a stranger that an order has been paid here',
    file: 'src/services/list-payment-methods.ts',
    find: 'if (isPaid(fence) && maySeeAttempt(caller, fence))',
    replace: 'if (isPaid(fence))',
    tests: ['test/services/list-payment-methods.test.ts'],
  },
  {
    name: 'take every IPv6 address for another client',
    file: 'src/domain/client-network.ts',
    find: 'prefixOf(words, 4)',
    replace: 'prefixOf(words, 8)',
    tests: ['test/domain/client-network.test.ts'],
  },
  {
    name: 'take all IPv4 clients of a dual-stack socket for one',
    file: 'src/domain/client-network.ts',
    find: 'words.slice(0, 6).join() === mappedPrefix',
    replace: "words.slice(0, 6).join() === 'never' + mappedPrefix",
    tests: ['test/domain/client-network.test.ts'],
  },
  {
    name: 'refuse the probes when the allowance is used up',
    file: 'src/plugins/rate-limits.ts',
    find: 'if (!request.routeOptions.config.isUnlimited) limit(clientNetwork(request.ip), reply)',
    replace: 'limit(clientNetwork(request.ip), reply)',
    tests: ['test/plugins/rate-limits.test.ts'],
  },
  {
    name: 'forget a client that still comes before one that has stopped',
    file: 'src/plugins/rate-limits.ts',
    find: '    windows.delete(key)\n',
    replace: '',
    tests: ['test/plugins/rate-limit-windows.test.ts'],
  },
]
