import type { Bug } from './bug.ts'

const velocity = ['test/stores', 'test/routes/pay-order/velocity.test.ts', 'test/domain/velocity.test.ts']
const inbound = ['test/plugins/rate-limits.test.ts', 'test/domain/client-network.test.ts']

/** Limits that let through what they are there to stop, or stop what they should let through. */
export const LIMIT_BUGS: readonly Bug[] = [
  {
    name: 'count declines without reserving a place first',
    file: 'src/stores/velocity-holds.ts',
    find: `          if (retryAfterSeconds > 0) return { kind: 'blocked', retryAfterSeconds }
          const held`,
    replace: `          if (retryAfterSeconds > 0) return { kind: 'blocked', retryAfterSeconds }
          if (attemptId) return { kind: 'reserved' }
          const held`,
    tests: velocity,
  },
  {
    name: 'count and take a place in two steps',
    file: 'src/stores/velocity-holds.ts',
    find: 'for (const { key } of subjects) await haveToOneself(transaction, key)',
    replace: 'void haveToOneself',
    tests: velocity,
  },
  {
    name: 'count the failures of an order before it is fenced',
    file: 'src/stores/claim-attempt.ts',
    find: 'const retryAfterSeconds = await failuresWaitSeconds(transaction, options)',
    replace: 'const retryAfterSeconds = 0 * (await failuresWaitSeconds(transaction, options))',
    tests: velocity,
  },
  {
    name: 'give the place of a decline back',
    file: 'src/stores/settle-attempt.ts',
    find: 'if (!keepsPlace(attempt.status, attempt.problemCode)) await',
    replace: 'if (keepsPlace(attempt.status, attempt.problemCode) || attempt.id) await',
    tests: velocity,
  },
  {
    name: 'give the place of an unknown payment back',
    file: 'src/domain/velocity.ts',
    find: `  status !== 'succeeded' &&`,
    replace: `  status !== 'succeeded' &&\n  status !== 'unknown' &&`,
    tests: velocity,
  },
  {
    name: 'never give back what an attempt holds that came to nothing',
    file: 'src/services/pay-order.ts',
    find: 'if (!isClaimed) await velocityGate.release(id, context)',
    replace: 'void isClaimed',
    tests: velocity,
  },
  {
    name: 'hold a place for ever',
    file: 'src/stores/velocity-holds.ts',
    find: `    .where('held_until_ms', '>', nowMs)\n`,
    replace: '',
    tests: velocity,
  },
  {
    name: 'reserve for a replay',
    file: 'src/services/pay-order.ts',
    find: '    const known = await attempts.findByKey(scope)\n',
    replace: `    await velocityGate.reserve(newId(), command.caller, context)
    const known = await attempts.findByKey(scope)\n`,
    tests: velocity,
  },
  {
    name: 'take every IPv6 address for another client',
    file: 'src/domain/client-network.ts',
    find: '.slice(0, 4)',
    replace: '.slice(0, 8)',
    tests: [...velocity, ...inbound],
  },
  {
    name: 'take all IPv4 clients of a dual-stack socket for one',
    file: 'src/domain/client-network.ts',
    find: 'words.slice(0, 6).join() === mappedPrefix',
    replace: `words.slice(0, 6).join() === 'never' + mappedPrefix`,
    tests: inbound,
  },
  {
    name: 'refuse the probes when the allowance is used up',
    file: 'src/plugins/rate-limits.ts',
    find: 'if (!request.routeOptions.config.isUnlimited) await limit(request, reply)',
    replace: 'await limit(request, reply)',
    tests: inbound,
  },
]
