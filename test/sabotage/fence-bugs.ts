import type { Bug } from './bug.ts'

/** Two charges for one order or one checkout, and a truth that the fence refuses. */
export const FENCE_BUGS: readonly Bug[] = [
  {
    name: 'refuse a late success where another attempt holds the order',
    file: 'src/stores/settle-attempt.ts',
    find: `CASE WHEN \${heldByAnother(before)} THEN NULL ELSE order_id END`,
    replace: `CASE WHEN \${heldByAnother(before)} THEN order_id ELSE order_id END`,
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'leave an order open whose late success did not hold it',
    file: 'src/stores/settle-attempt.ts',
    find: 'if (!attempt.holdsOrder && orderId !== null) await passOrderOn',
    replace: "if (attempt.id === '' && orderId !== null) await passOrderOn",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'begin a payment on an order that shows a charge of no attempt',
    file: 'src/stores/claim-attempt.ts',
    find: `  if (isUnaccounted) return { kind: 'charged_otherwise' }
`,
    replace: '',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'begin a payment on an order whose late success does not hold it',
    file: 'src/stores/claim-attempt.ts',
    find: `  if (paid) return { kind: 'fenced', by: toOrderAttempt(paid) }
`,
    replace: '',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'send what was claimed before a late charge showed',
    file: 'src/stores/conclude-look.ts',
    find: 'if (showsLate || isUnaccounted) await stopUnsent',
    replace: 'if (showsLate && isUnaccounted) await stopUnsent',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'free a payment whose answer was lost',
    file: 'src/domain/payment-attempt.ts',
    find: "status === 'unknown' && answeredAs === 'turned_away'",
    replace: "status === 'unknown' && answeredAs !== 'refused'",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'send for two orders of one checkout',
    file: 'src/stores/payment-attempts.ts',
    find: 'const standing = await takeCheckout(transaction, asked)',
    replace: "const standing = String((await takeCheckout(transaction, asked)) && 'free')",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'pay another order of a checkout while the first is unknown',
    file: 'src/stores/checkout-fence.ts',
    find: "if (held.length === 0) return 'free'",
    replace:
      ".where('order_id', '!=', orderId) .where('status', 'in', MAY_HAVE_CHARGED.filter((status) => status !== 'unknown'))",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'pay another order of a checkout that is paid',
    file: 'src/stores/checkout-fence.ts',
    find: "if (held.length === 0) return 'free'",
    replace:
      ".where('order_id', '!=', orderId) .where('status', 'in', MAY_HAVE_CHARGED.filter((status) => status !== 'succeeded'))",
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'take a checkout from another order in one statement',
    file: 'src/stores/first-payment.ts',
    find: ' AND checkouts.order_id = payment_attempts.order_id)',
    replace: ')',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'take an attempt for the first on its order, whatever was before',
    file: 'src/stores/first-payment.ts',
    find: 'return claimed && takenBack?.length === 0 ?',
    replace: 'return claimed ?',
    tests: ['test/stores/first-payment.test.ts'],
  },
  {
    name: 'settle by what was remembered of an attempt',
    file: 'src/stores/first-payment.ts',
    find: "AND status = 'sending' AND holds_order = order_id AND unsettled_since_ms IS NULL",
    replace: 'AND holds_order = order_id',
    tests: ['test/stores/first-payment.test.ts'],
  },
  {
    name: 'charge an order although its checkout is being paid',
    file: 'src/services/charge-attempt.ts',
    find: "if (marked !== 'sending')",
    replace: "if (marked === 'not_ours')",
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'read no order to learn of its checkout',
    file: 'src/services/authorize-order.ts',
    find: 'const reading = hasCheckoutFence',
    replace: "const reading = hasCheckoutFence && caller.access.kind === 'customer'",
    tests: ['test/services/authorize-order.test.ts'],
  },
  {
    name: 'forget of which checkout an order is',
    file: 'src/services/pay-order.ts',
    find: 'cartId: order?.cartId ?? null',
    replace: 'cartId: order?.cartId ? null : null',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send again without a look',
    file: 'src/services/send-again.ts',
    find: `      if (!(await showsNothing(attempt, context))) return first
`,
    replace: '',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send again after a look that could not see all',
    file: 'src/services/send-again.ts',
    find: "verdict.kind === 'absent' && !verdict.isPaidOtherwise &&",
    replace: "verdict.kind !== 'charged' &&",
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send again what recovery has taken',
    file: 'src/services/send-again.ts',
    find: `      if (!(await attempts.markSendingAgain(paymentId).catch(() => false))) return first
`,
    replace: '',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'say not sent of a charge whose second sending failed',
    file: 'src/services/send-again.ts',
    find: `    case 'not_sent':
      return first`,
    replace: `    case 'not_sent':
      return second`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'believe the refusal of the second sending',
    file: 'src/services/send-again.ts',
    find: `    case 'declined':
      return {`,
    replace: `    case 'declined':
      return second
    case 'refused':
      return {`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: "take any 429 for BigCommerce's",
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: / {2}if \(!hasHeaders && [^\n]*\n/,
    replace: '',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take a refused PAT for a decline',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: `  if (status === 401 || status === 403) return unknown('token_refused', code)
`,
    replace: '',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take "could not be saved" for a decline where saving was asked for',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: 'if (code === notSaved && savesInstrument)',
    replace: 'if (code === notSaved && !savesInstrument)',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'charge after doubt without a look',
    file: 'src/services/prepare-payment.ts',
    find: `    await lookFirst(command.orderId, payments, wasThereBefore, context)
`,
    replace: '',
    tests: ['test/services/prepare-payment.test.ts'],
  },
  {
    name: 'charge after doubt although the look was not whole',
    file: 'src/services/prepare-payment.ts',
    find: `    if (!reading.isWhole) throw new Problem('upstream_unavailable')
`,
    replace: '',
    tests: ['test/services/prepare-payment.test.ts'],
  },
  {
    name: 'charge a part again that BigCommerce does not show yet',
    file: 'src/services/prepare-payment.ts',
    find: 'if (staleParts(claims, [order, now], payments).length > 0)',
    replace: 'if (staleParts(claims, [order, now], payments).length < 0)',
    tests: ['test/services/prepare-payment.test.ts'],
  },
  {
    name: 'look at nothing when BigCommerce calls the order paid',
    file: 'src/services/prepare-payment.ts',
    find: `      await unsettled.wake(orderId, true).catch(() => {})
`,
    replace: '',
    tests: ['test/services/prepare-payment.test.ts'],
  },
  {
    name: 'throw a known end away when the ledger is away',
    file: 'src/services/charge-attempt.ts',
    find: `      inBackground(() => keepWriting(write))
`,
    replace: '',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'write a known end once more and no more',
    file: 'src/services/charge-attempt.ts',
    find: `      if (isOver) return
`,
    replace: `      if (isOver !== null) return
`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'take a checkout over while its order is being sent',
    file: 'src/stores/checkout-fence.ts',
    find: ', (query) => query.forUpdate()',
    replace: ', (query) => query',
    tests: ['test/stores/postgres-races.test.ts'],
  },
  {
    name: 'charge the order that a checkout has gone over to, after a charge of the first has shown',
    file: 'src/stores/checkout-fence.ts',
    find: 'other.order_id <> payment_attempts.order_id AND other.status IN',
    replace: 'other.order_id = 0 AND other.status IN',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'charge an order beside a charge of which no payment accounts, on another order of its checkout',
    file: 'src/stores/checkout-fence.ts',
    find: '.unionAll(unaccounted).execute()',
    replace: '.execute()',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'send a charge again beside a charge of its order that no payment accounts for',
    file: 'src/stores/payment-attempts.ts',
    find: '.where(hasNoUnaccounted) .where(isAloneInCheckout)',
    replace: '.where(isAloneInCheckout)',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'send a charge again beside a charge of another order of its checkout',
    file: 'src/stores/payment-attempts.ts',
    find: '.where(hasNoUnaccounted) .where(isAloneInCheckout)',
    replace: '.where(hasNoUnaccounted)',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'send a charge again beside a late charge of its order',
    file: 'src/stores/payment-attempts.ts',
    find: '.where(hasNoSuccessSince)',
    replace: '',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'look for money on the order that a checkout names, and on no other one',
    file: 'src/stores/checkout-fence.ts',
    find: 'ofOrders.unionAll(ofNamed)',
    replace: 'ofNamed',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'look for money only on orders whose payments name their checkout',
    file: 'src/stores/checkout-fence.ts',
    find: 'ofOrders.unionAll(ofNamed)',
    replace: 'ofOrders',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'leave a checkout with the order that it has gone over to, when a charge of the first shows',
    file: 'src/stores/settle-attempt.ts',
    find: '    await bringCheckoutBack(',
    replace: '    if (Date.now() < 0) await bringCheckoutBack(',
    tests: ['test/stores/sqlite.test.ts'],
  },
  {
    name: 'have an order made by an instance that has stood still',
    file: 'src/services/make-order.ts',
    find: 'if (elapsed() >= untilMs) {',
    replace: 'if (elapsed() < 0) {',
    tests: ['test/services/make-order.test.ts'],
  },
  {
    name: 'pay the bound order of a checkout that was paid elsewhere',
    file: 'src/domain/checkout.ts',
    find: 'if (paid && !reading.checkout)',
    replace: 'if (paid && reading.checkout === undefined)',
    tests: ['test/domain/checkout.test.ts'],
  },
]
