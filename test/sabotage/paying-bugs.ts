import type { Bug } from './bug.ts'

/** The story of a payment, told wrong. */
export const PAYING_BUGS: readonly Bug[] = [
  {
    name: 'charge before the ledger says sending',
    file: 'src/services/charge-attempt.ts',
    find: `      const marked = await attempts
        .markSending(attempt.id, {
          due: claims.due,`,
    replace: `      const outcome = await paymentsApi.processPayment(paymentAccessToken, command.payment, context, permit)
      if (outcome) return outcome
      const marked = await attempts
        .markSending(attempt.id, {
          due: claims.due,`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'send although the attempt is no longer ours',
    file: 'src/services/charge-attempt.ts',
    find: "if (marked === 'not_ours')",
    replace: "if (marked === 'not_ours' && attempt.id === '')",
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'fence the order before knowing whose it is',
    file: 'src/services/pay-order.ts',
    find: `      const authorized = await authorizePayment(command, isNew, context)
      const claim = await attempts`,
    replace: `      await attempts.claim(scope, fingerprint, newAttempt(command, id, { order: null, minting: null }, context))
      const authorized = await authorizePayment(command, isNew, context)
      const claim = await attempts`,
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'keep the order fenced after a failure before the charge',
    file: 'src/services/charge-attempt.ts',
    find: 'await write().catch(() => inBackground(() => keepWriting(write)))',
    replace: 'void write',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'keep the order fenced when the ledger was away as the payment failed',
    file: 'src/services/charge-attempt.ts',
    find: 'await write().catch(() => inBackground(() => keepWriting(write)))',
    replace: 'await write().catch(() => {})',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'keep the order fenced by a claim whose answer was lost',
    file: 'src/services/charge-attempt.ts',
    find: "if (known?.attempt.id === id) await attempts.settle(id, { status: 'not_sent' }, () => null)",
    replace: 'void known',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'answer an error when the outcome could not be recorded',
    file: 'src/services/charge-attempt.ts',
    find: "      return { ...attempt, status: 'unknown' as const }",
    replace: '      throw error',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'say success when the outcome could not be recorded',
    file: 'src/services/charge-attempt.ts',
    find: "      return { ...attempt, status: 'unknown' as const }",
    replace: "      return { ...attempt, status: 'succeeded' as const }",
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'let guests store cards',
    file: 'src/services/held-orders.ts',
    find: 'isAsked && !mayAsk ? { ...asked, payment } : asked',
    replace: 'isAsked && !mayAsk && !payment ? { ...asked, payment } : asked',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'forget at a replay that the card was not stored',
    file: 'src/services/held-orders.ts',
    find: 'isAsked && !isSavedByServer && customerId === null',
    replace: 'isAsked && !mayAsk && customerId === null',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'replay whatever the body says',
    file: 'src/services/held-orders.ts',
    find: `  if (fingerprint !== wanted) throw new Problem('idempotency_key_reused')
`,
    replace: '',
    tests: ['test/routes/pay-order/422.test.ts'],
  },
  {
    name: 'replay a key to a caller who may not see the order any more',
    file: 'src/services/pay-order.ts',
    find: ' && maySeeAttempt(command.caller, known.attempt)',
    replace: '',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'let a key that paid be used again',
    file: 'src/domain/idempotency-key.ts',
    find: "attempt.status === 'not_sent' && fingerprint === wanted",
    replace: "attempt.status !== 'sending' && fingerprint === wanted",
    tests: ['test/routes/pay-order/idempotency.test.ts'],
  },
  {
    name: 'ignore what the caller expects to pay',
    file: 'src/services/prepare-payment.ts',
    find: `  if (expectedAmount !== null && due.amount !== expectedAmount)
    throw new Problem('amount_changed', { money: due })
`,
    replace: `  void expectedAmount
`,
    tests: ['test/routes/pay-order/409.test.ts'],
  },
  {
    name: 'spend a token that was made for another order',
    file: 'src/services/prepare-payment.ts',
    find: ' || claims.orderId !== String(command.orderId)',
    replace: '',
    tests: ['test/services/prepare-payment.test.ts'],
  },
  {
    name: "let every customer pay a guest's order",
    file: 'src/services/authorize-order.ts',
    find: 'return attempt.customerId === caller.access.customerId',
    replace: 'return !attempt.customerId || attempt.customerId === caller.access.customerId',
    tests: ['test/services/authorize-order.test.ts'],
  },
  {
    name: 'tell callers that an order exists which they may not see',
    file: 'src/services/authorize-order.ts',
    find: "if (!caller.access.checkoutIds) throw new Problem('order_not_found')",
    replace: "if (!caller.access.checkoutIds) throw new Problem('insufficient_scope')",
    tests: ['test/routes/pay-order/404.test.ts'],
  },
  {
    name: 'wait for the PAT before it is known whose the order is',
    file: 'src/services/authorize-order.ts',
    find: '    return { order: await reading, minting }',
    replace: `    await minting
    return { order: await reading, minting }`,
    tests: ['test/services/authorize-order.test.ts'],
  },
  {
    name: 'make a PAT ahead with the last of the quota',
    file: 'src/clients/bigcommerce/management-gate.ts',
    find: "isAtEase: () => roomFor(quota, 'reconciling', now()) > 1",
    replace: "isAtEase: () => roomFor(quota, 'paying', now()) > 0",
    tests: ['test/clients/bigcommerce/management-gate.test.ts', 'test/routes/pay-order/201.test.ts'],
  },
]
