import type { Bug } from './bug.ts'

/** More payments than BigCommerce takes, or unfair turns at them. */
export const BUCKET_BUGS: readonly Bug[] = [
  {
    name: 'give a permit back without waiting for its window',
    file: 'src/allowance/permit-store.ts',
    find: `const backAtMs = sql\`\${greatest}(counted_at_ms + \${rule.windowMs}, not_before_ms)\`
  const clock`,
    replace: `const backAtMs = sql\`\${greatest}(counted_at_ms, not_before_ms)\`
  const clock`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'count a payment from its reservation, however late it leaves',
    file: 'src/allowance/permit-store.ts',
    find: `\${rule.sendWithinMs + rule.marginMs}`,
    replace: `\${rule.marginMs}`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'let a report of an older use bring a permit back',
    file: 'src/allowance/permit-store.ts',
    find: `AND number = \${give('number')} AND uses = \${give('uses')}`,
    replace: `AND number = \${give('number')} AND uses >= \${give('uses')}`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'forget at a restart what was spent',
    file: 'src/allowance/permit-record.ts',
    find: 'Math.min(permit.countedAtMs - usedAheadMs, nowMs + backWithinMs(rule))',
    replace: 'Math.min(permit.countedAtMs - usedAheadMs, nowMs - backWithinMs(rule))',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'keep what was spent first when the limit shrinks',
    file: 'src/allowance/permit-record.ts',
    find: 'b.countedAtMs - a.countedAtMs',
    replace: 'a.countedAtMs - b.countedAtMs',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'leave no margin for the network',
    file: 'src/allowance/permit.ts',
    find: 'schedule(marginMs(), report)',
    replace: 'schedule(0 * marginMs(), report)',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'give a permit back although its charge has departed',
    file: 'src/allowance/permit.ts',
    find: `if (state !== 'taken') return
      state = 'over'
      inBackground(() => store.giveBack`,
    replace: `if (state === 'over') return
      state = 'over'
      inBackground(() => store.giveBack`,
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'send however late it has become',
    file: 'src/allowance/permit.ts',
    find: ' && !mayHaveCome(moment, leavesUntil)',
    replace: '',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'send as soon as there is a permit, before its moment',
    file: 'src/allowance/permit.ts',
    find: 'if (earlyMs > 0) schedule(earlyMs, check)',
    replace: 'if (earlyMs > 1e9) schedule(earlyMs, check)',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'send on a connection that was closed while it was waited for',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'if (isLate || !line.isGood()) {',
    replace: 'if (isLate || (!line.isGood() && connected)) {',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'send without asking whether it may still leave',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'isLate = !permit.mayLeave()',
    replace: 'isLate = !permit.mayLeave',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'serve the payment that came first, not the caller whose turn it is',
    file: 'src/allowance/line.ts',
    find: `      callers.delete(caller)
      if (waiting.length > 0) callers.set(caller, waiting)`,
    replace: '      if (waiting.length === 0) callers.delete(caller)',
    tests: ['test/allowance/line.test.ts'],
  },
  {
    name: 'let those wait who cannot be served in time',
    file: 'src/allowance/line.ts',
    find: 'if (lastWaitMs === 0 || now() + lastWaitMs <= last.deadlineMs) return',
    replace: 'if (now() + lastWaitMs > 0) return',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'keep a permit that was not used',
    file: 'src/services/charge-attempt.ts',
    find: '      permit.giveBack()',
    replace: '      void permit',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send a charge again whatever became of it',
    file: 'src/services/charge-attempt.ts',
    find: `      first.kind === 'turned_away'
        ? await sendAgain({ ...payment, attempt: sending }, prepared, first)`,
    replace: `      first.kind === 'turned_away' || first.kind === 'unknown'
        ? await sendAgain({ ...payment, attempt: sending }, prepared, { retryAfterSeconds: 0, ...first })`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send a charge again past the patience of its caller',
    file: 'src/allowance/permits.ts',
    find: 'now() + forMs < sinceMs + maxWaitMs',
    replace: 'now() + forMs > 0',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'let a charge leave by the steady clock alone',
    file: 'src/allowance/clocks.ts',
    find: 'now.steadyMs >= moment.steadyMs && now.wallMs >= moment.wallMs - wallSlackMs',
    replace: 'now.steadyMs >= moment.steadyMs',
    tests: ['test/allowance/clocks.test.ts'],
  },
  {
    name: 'let a charge leave late by the steady clock alone',
    file: 'src/allowance/clocks.ts',
    find: 'now.steadyMs >= moment.steadyMs || now.wallMs >= moment.wallMs',
    replace: 'now.steadyMs >= moment.steadyMs',
    tests: ['test/allowance/clocks.test.ts'],
  },
  {
    name: "notice no jump of the database's clock",
    file: 'src/allowance/clocks.ts',
    find: 'if (seen.leastMs <= believed.mostMs + drift + CLOCK_SLACK_MS) return null',
    replace: 'if (seen.leastMs <= Number.POSITIVE_INFINITY) return null',
    tests: ['test/allowance/clocks.test.ts'],
  },
  {
    name: 'keep permits away for hours after the clock was set back',
    file: 'src/allowance/permit-record.ts',
    find: 'Math.min(permit.countedAtMs - usedAheadMs, nowMs + backWithinMs(rule))',
    replace: 'permit.countedAtMs',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'bring permits back early after the clock was set forward',
    file: 'src/allowance/permit-record.ts',
    find: 'notBeforeMs: Math.max(permit.notBeforeMs, laterMs)',
    replace: 'notBeforeMs: Math.max(permit.notBeforeMs, 0 * laterMs)',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'hold every permit back for hours when a 429 says so',
    file: 'src/allowance/permit-store.ts',
    find: `\${Math.min(forMs, HOLD_MS_MAX)}`,
    replace: `\${forMs}`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'keep the same margin after a charge was turned away',
    file: 'src/allowance/permits.ts',
    find: `          margin.turnedAway()
`,
    replace: '',
    tests: ['test/allowance/permits.test.ts'],
  },
  {
    name: 'count permits by a clock that can be set',
    file: 'src/stores/engine/dialect.ts',
    find: `nowMs: sql\`(SELECT started_at_ms + machine_up_ms() FROM machine_starts WHERE machine = machine_id())\``,
    replace: `nowMs: sql\`CAST(unixepoch('subsec') * 1000 AS INTEGER)\``,
    tests: ['test/allowance/machine-clock.test.ts'],
  },
]
