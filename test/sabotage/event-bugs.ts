import type { Bug } from './bug.ts'

const outbox = ['test/stores/sqlite.test.ts']
const sending = ['test/clients/events/send-event.test.ts']
const delivering = ['test/services/deliver-events.test.ts']

/** What becomes of payments, told too seldom, too often, untruly or to the wrong one. */
export const EVENT_BUGS: readonly Bug[] = [
  {
    name: 'tell nothing of an end that is settled',
    file: 'src/stores/settle-attempt.ts',
    find: '  await writeEvents.ofStep(transaction, { before: before.status, after: attempt, nowMs })\n',
    replace: '',
    tests: outbox,
  },
  {
    name: 'tell nothing of what a crash left in sending',
    file: 'src/stores/recover-abandoned.ts',
    find: "            await writeEvents.ofStep(transaction, { before: 'sending', after: toAttempt(row), nowMs })\n",
    replace: '            void row\n',
    tests: outbox,
  },
  {
    name: 'tell of what was never sent',
    file: 'src/domain/payment-event.ts',
    find: "return isUnsettled(before) ? { type: 'payment.not_charged', key: 'not_charged' } : null",
    replace: "return { type: 'payment.not_charged', key: 'not_charged' }",
    tests: outbox,
  },
  {
    name: 'tell what a look has noted each time that it is seen',
    file: 'src/stores/conclude-look.ts',
    find: 'fresh.flatMap(({ telling }) => telling ?? [])',
    replace:
      'weighed.notes.flatMap(({ telling }) => telling ?? []).map((each) => ({ ...each, key: String(nowMs + Math.random()) }))',
    tests: outbox,
  },
  {
    name: 'let a late instance undo what another wrote of an event',
    file: 'src/stores/event-outbox.ts',
    find: "          .where('tries', '=', tries)\n",
    replace: '',
    tests: outbox,
  },
  {
    name: 'take a redirect for a delivery',
    file: 'src/clients/events/send-event.ts',
    find: 'status >= 200 && status < 300',
    replace: 'status >= 200 && status < 400',
    tests: sending,
  },
  {
    name: 'sign with the first secret alone',
    file: 'src/clients/events/send-event.ts',
    find: 'eventSecretsIn(reveal(secret())).map',
    replace: 'eventSecretsIn(reveal(secret())).slice(0, 1).map',
    tests: sending,
  },
  {
    name: 'send over http to a public address, if the name leads to a private one as well',
    file: 'src/clients/events/send-event.ts',
    find: 'found.every((one) => isPrivateAddress(one.address))',
    replace: 'found.some((one) => isPrivateAddress(one.address))',
    tests: sending,
  },
  {
    name: 'take too much for a private network',
    file: 'src/domain/private-address.ts',
    find: "privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4')",
    replace: "privateNetworks.addSubnet('172.16.0.0', 8, 'ipv4')",
    tests: ['test/config/config.test.ts'],
  },
  {
    name: 'let events that hang keep their places',
    file: 'src/services/deliver-events.ts',
    find: 'now() - sentAtMs < hangsAfterMs',
    replace: 'now() >= sentAtMs',
    tests: delivering,
  },
  {
    name: 'let events that fail take every place',
    file: 'src/services/deliver-events.ts',
    find: 'EVENTS_OUT_MAX / 2 - outAgain',
    replace: 'EVENTS_OUT_MAX - outAgain',
    tests: delivering,
  },
  {
    name: 'never give an event up',
    file: 'src/services/deliver-events.ts',
    find: '  if (isOver && tries >= triesMin) return null\n',
    replace: '',
    tests: delivering,
  },
  {
    name: 'give events up because a clock has leapt',
    file: 'src/services/deliver-events.ts',
    find: 'if (isOver && tries >= triesMin) return null',
    replace: 'if (isOver) return null',
    tests: delivering,
  },
  {
    name: 'leave events for a time that a clock which was set back has put far away',
    file: 'src/services/deliver-events.ts',
    find: 'if (sinceMs < 0 || sinceMs >= sweepEveryMs) await sweep()',
    replace: 'if (sinceMs >= sweepEveryMs) await sweep()',
    tests: delivering,
  },
  {
    name: 'send an event whose lease is nearly over',
    file: 'src/services/deliver-events.ts',
    find: '    if (now() - event.leasedAtMs > staleMs) return\n',
    replace: '',
    tests: delivering,
  },
  {
    name: 'take an event from the future',
    file: 'clients/typescript/src/verify-event.ts',
    find: 'Math.abs(now() / 1000 - sentAtSeconds) <= toleranceSeconds',
    replace: 'now() / 1000 - sentAtSeconds <= toleranceSeconds',
    tests: ['test/client/verify-event.test.ts'],
  },
]
