import type { Bug } from './bug.ts'

const payOrder = 'src/services/pay-order.ts'
const story = ['test/services/pay-order.test.ts', 'test/routes/pay-order']

/** The story of a payment, told wrong. */
export const PAYING_BUGS: readonly Bug[] = [
  {
    name: 'charge before the ledger says sending',
    file: payOrder,
    find: `      const isOurs = await attempts
        .markSending(attempt.id, claims.due, claims.expiresAtMs)
        .catch((error) => release(attempt, error))
      if (!isOurs) throw new Problem('request_in_progress', { retryAfterSeconds: ASK_AGAIN_SECONDS })
      return await paymentsApi.processPayment(paymentAccessToken, command.payment, context, paymentToken)`,
    replace: `      const outcome = await paymentsApi.processPayment(paymentAccessToken, command.payment, context, paymentToken)
      await attempts.markSending(attempt.id, claims.due, claims.expiresAtMs)
      return outcome`,
    tests: story,
  },
  {
    name: 'send although the attempt is no longer ours',
    file: payOrder,
    find: 'if (!isOurs) throw',
    replace: 'if (!isOurs && !attempt.id) throw',
    tests: story,
  },
  {
    name: 'fence the order before knowing whose it is',
    file: payOrder,
    find: `      const authorized = await authorizePayment(command, isNew, context)
      const claim = await attempts.claim(scope, fingerprint, newAttempt(command, id, context))`,
    replace: `      const claim = await attempts.claim(scope, fingerprint, newAttempt(command, id, context))
      const authorized = await authorizePayment(command, isNew, context)`,
    tests: story,
  },
  {
    name: 'keep the order fenced after a failure before the charge',
    file: payOrder,
    find: `    await attempts.settle(attempt.id, { status: 'not_sent', problemCode }, () => null)
    throw error`,
    replace: '    throw problemCode ? error : error',
    tests: story,
  },
  {
    name: 'answer an error when the outcome could not be recorded',
    file: payOrder,
    find: `      return { ...attempt, status: 'unknown' as const }`,
    replace: '      throw error',
    tests: story,
  },
  {
    name: 'say success when the outcome could not be recorded',
    file: payOrder,
    find: `      return { ...attempt, status: 'unknown' as const }`,
    replace: `      return { ...attempt, status: 'succeeded' as const }`,
    tests: story,
  },
  {
    name: 'let guests store cards',
    file: 'src/services/refuse-instrument.ts',
    find: `payment.save_instrument && caller.customerId === null && caller.access.kind !== 'any'`,
    replace: `payment.save_instrument && caller.customerId === 0`,
    tests: ['test/routes/pay-order/403.test.ts'],
  },
  {
    name: 'replay whatever the body says',
    file: 'src/services/known-payment.ts',
    find: `  if (known.fingerprint !== fingerprint) throw new Problem('idempotency_key_reused')\n`,
    replace: '',
    tests: ['test/routes/pay-order/422.test.ts'],
  },
  {
    name: 'replay to whoever has the key, although the order is not theirs any more',
    file: payOrder,
    find: '!isFree(known, fingerprint) && maySeeAttempt(command.caller, known.attempt)',
    replace: '!isFree(known, fingerprint)',
    tests: story,
  },
  {
    name: 'let a key that paid be used again',
    file: 'src/services/known-payment.ts',
    find: `known.attempt.status === 'not_sent' && known.fingerprint === fingerprint`,
    replace: `known.attempt.status !== 'sending' && known.fingerprint === fingerprint`,
    tests: ['test/routes/pay-order'],
  },
  {
    name: 'ignore what the caller expects to pay',
    file: 'src/services/prepare-payment.ts',
    find: `  if (expectedAmount !== null && due.amount !== expectedAmount) throw new Problem('amount_changed')\n`,
    replace: '  void expectedAmount\n',
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
    name: "take a guest's order for everybody's",
    file: 'src/services/authorize-order.ts',
    find: 'if (order?.customerId !== caller.access.customerId)',
    replace: 'if (order?.customerId && order.customerId !== caller.access.customerId)',
    tests: ['test/routes/pay-order/404.test.ts', 'test/services/authorize-order.test.ts'],
  },
  {
    name: 'tell who may not see an order that it exists',
    file: 'src/services/authorize-order.ts',
    find: `if (!caller.access.orderIds.has(orderId)) throw new Problem('order_not_found')`,
    replace: `if (!caller.access.orderIds.has(orderId)) throw new Problem('insufficient_scope')`,
    tests: ['test/routes/pay-order/404.test.ts'],
  },
  {
    name: 'wait for the PAT before it is known whose the order is',
    file: 'src/services/authorize-payment.ts',
    find: '    return { order: await reading, minting }',
    replace: '    await minting\n    return { order: await reading, minting }',
    tests: ['test/services/authorize-payment.test.ts', 'test/routes/pay-order/404.test.ts'],
  },
  {
    name: 'use the PAT that was made ahead for a second try',
    file: payOrder,
    find: 'authorized: { ...authorized, minting: null }',
    replace: 'authorized: { ...authorized }',
    tests: ['test/services/pay-order.test.ts'],
  },
  {
    name: 'make a PAT ahead with the last of the quota',
    file: 'src/clients/bigcommerce/management-gate.ts',
    find: `isAtEase: () => roomFor(quota, 'reconciling', now()) > 1`,
    replace: `isAtEase: () => roomFor(quota, 'paying', now()) > 0`,
    tests: ['test/routes/pay-order/201.test.ts', 'test/clients/bigcommerce/management-gate.test.ts'],
  },
]
