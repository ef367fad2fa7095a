import type { Bug } from './bug.ts'

/** BigCommerce's answers, misread. */
export const UPSTREAM_BUGS: readonly Bug[] = [
  {
    name: 'trust a status of 2xx',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: '  if (!paid.success) return unknown(',
    replace: `  if (!paid.success) return { kind: 'succeeded', bigcommercePaymentId: 'x', transactionType: 'purchase' }
  if (!paid.success) return unknown(`,
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take pending for paid',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: "paid.data.status === 'success' ? 'succeeded' : 'pending'",
    replace: "paid.data.status ? 'succeeded' : 'pending'",
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take a 5xx for a decline',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: 'answer.status >= 400 && answer.status < 500',
    replace: 'answer.status >= 400 && answer.status < 600',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take a refusal without a code for a decline',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: 'if (hasFieldErrors) return',
    replace: 'if (hasFieldErrors || code === null) return',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take an HTML page of a proxy for a decline',
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: "  if (!envelope) return unknown('unreadable_answer')",
    replace: "  if (!envelope) return { kind: 'declined', refusal: { by: 'fields' } }",
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take a duplicate (30105) for a decline',
    file: 'src/domain/bigcommerce-codes.ts',
    find: "  30105: { charge: 'unknown',",
    replace: "  30105: { charge: 'declined',",
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'take an internal error (10000) for a decline',
    file: 'src/domain/bigcommerce-codes.ts',
    find: "  10000: { charge: 'unknown',",
    replace: "  10000: { charge: 'declined',",
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'say not sent of a charge that may have left',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: "if (!connected) return { kind: 'not_sent', reason: isLate ? 'too_late' : 'unreachable' }",
    replace: "if (connected || !connected) return { kind: 'not_sent', reason: 'unreachable' }",
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'say unknown of a charge that certainly did not leave',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: "if (!connected) return { kind: 'not_sent', reason: isLate ? 'too_late' : 'unreachable' }",
    replace: '',
    tests: ['test/routes/pay-order/503.test.ts'],
  },
  {
    name: 'let the client library repeat a charge over HTTP/2',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'buildConnector({ timeout: connectTimeoutMs, allowH2: false })',
    replace: 'buildConnector({ timeout: connectTimeoutMs })',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'send the store token to the payments host',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: "  'content-type': 'application/json',",
    replace: `  'content-type': 'application/json',
  'x-auth-token': 'store-token',`,
    tests: ['test/clients/bigcommerce/payments-api.test.ts', 'test/routes/pay-order/201.test.ts'],
  },
  {
    name: 'wait for an answer for ever',
    file: 'src/clients/bigcommerce/payments-api.ts',
    find: 'signal: AbortSignal.timeout(options.paymentTimeoutMs),',
    replace: '',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'pass our own credential failure on as the caller’s',
    file: 'src/clients/bigcommerce/management-api.ts',
    find: "  if (answer.status === 401 || answer.status === 403) return new Problem('upstream_refused')",
    replace: "  if (answer.status === 401 || answer.status === 403) return new Problem('unauthenticated')",
    tests: ['test/routes/pay-order/502.test.ts'],
  },
]
