import type { Bug } from './bug.ts'

const classify = 'src/clients/bigcommerce/classify-charge.ts'
const paymentsApi = 'src/clients/bigcommerce/payments-api.ts'
const told = ['test/routes/pay-order/202.test.ts', 'test/clients/bigcommerce/classify-charge.test.ts']
const sent = ['test/clients/bigcommerce/payments-api.test.ts', 'test/routes/pay-order']

/** BigCommerce's answers, misread. */
export const UPSTREAM_BUGS: readonly Bug[] = [
  {
    name: 'trust a status of 2xx',
    file: classify,
    find: '  if (!paid.success) return unknown(',
    replace: `  if (!paid.success) return { kind: 'succeeded', bigcommercePaymentId: 'x', transactionType: 'purchase' }
  if (!paid.success) return unknown(`,
    tests: told,
  },
  {
    name: 'take pending for paid',
    file: classify,
    find: `paid.data.status === 'success' ? 'succeeded' : 'pending'`,
    replace: `paid.data.status ? 'succeeded' : 'pending'`,
    tests: told,
  },
  {
    name: 'take a 5xx for a decline',
    file: classify,
    find: 'answer.status >= 400 && answer.status < 500',
    replace: 'answer.status >= 400 && answer.status < 600',
    tests: told,
  },
  {
    name: 'take a refusal without a code for a decline',
    file: classify,
    find: `hasFieldErrors ? { kind: 'declined', refusal: { by: 'fields' } } : unknown('unrecognised_answer')`,
    replace: `hasFieldErrors || !code ? { kind: 'declined', refusal: { by: 'fields' } } : unknown('unrecognised_answer')`,
    tests: told,
  },
  {
    name: 'take an HTML page of a proxy for a decline',
    file: classify,
    find: `  if (!envelope) return unknown('unreadable_answer')`,
    replace: `  if (!envelope) return { kind: 'declined', refusal: { by: 'fields' } }`,
    tests: told,
  },
  {
    name: 'take a duplicate (30105) for a decline',
    file: 'src/domain/bigcommerce-codes.ts',
    find: `  30105: { charge: 'unknown',`,
    replace: `  30105: { charge: 'declined',`,
    tests: told,
  },
  {
    name: 'take an internal error (10000) for a decline',
    file: 'src/domain/bigcommerce-codes.ts',
    find: `  10000: { charge: 'unknown',`,
    replace: `  10000: { charge: 'declined',`,
    tests: [...told, 'test/domain'],
  },
  {
    name: 'say not sent of a charge that may have left',
    file: paymentsApi,
    find: `if (!connected) return { kind: 'not_sent', reason: isLate ? 'too_late' : 'unreachable' }`,
    replace: `if (connected || !connected) return { kind: 'not_sent', reason: 'unreachable' }`,
    tests: sent,
  },
  {
    name: 'say unknown of a charge that certainly did not leave',
    file: paymentsApi,
    find: `if (!connected) return { kind: 'not_sent', reason: isLate ? 'too_late' : 'unreachable' }`,
    replace: '',
    tests: ['test/routes/pay-order/503.test.ts'],
  },
  {
    name: 'let the client library repeat a charge over HTTP/2',
    file: paymentsApi,
    find: 'buildConnector({ timeout: connectTimeoutMs, allowH2: false })',
    replace: 'buildConnector({ timeout: connectTimeoutMs })',
    tests: sent,
  },
  {
    name: 'send the store token to the payments host',
    file: paymentsApi,
    find: `  'content-type': 'application/json',`,
    replace: `  'content-type': 'application/json',\n  'x-auth-token': 'store-token',`,
    tests: sent,
  },
  {
    name: 'wait for an answer for ever',
    file: paymentsApi,
    find: 'signal: AbortSignal.timeout(options.paymentTimeoutMs),',
    replace: '',
    tests: ['test/clients/bigcommerce/payments-api.test.ts'],
  },
  {
    name: 'pass our own credential failure on as the caller\u2019s',
    file: 'src/clients/bigcommerce/management-problems.ts',
    find: `  if (answer.status === 401 || answer.status === 403) return new Problem('upstream_refused')`,
    replace: `  if (answer.status === 401 || answer.status === 403) return new Problem('unauthenticated')`,
    tests: ['test/routes/pay-order/502.test.ts'],
  },
]
