import { STATUS_CODES } from 'node:http'
import { expect, test } from 'vitest'
import { Problem } from '../../src/domain/problem.ts'
import { PROBLEM_CODES, PROBLEM_TYPE_BASE, PROBLEMS, RETRY_ADVICE } from '../../src/domain/problems.ts'

test.each(PROBLEM_CODES)('%s has an error status, an advice, and sentences for both readers', (code) => {
  const kind = PROBLEMS[code]
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(kind.status).toBeGreaterThanOrEqual(400)
  expect(STATUS_CODES[kind.status]).toBeDefined()
  expect(RETRY_ADVICE).toContain(kind.retry)
  expect(kind.title).toMatch(/^[A-Z].*[^.]$/)
  expect(kind.detail).toMatch(/\.$/)
  expect(kind.remedy).toMatch(/\.$/)
})

test('no two problems have the same title', () => {
  const titles = PROBLEM_CODES.map((code) => PROBLEMS[code].title)
  expect(new Set(titles).size).toBe(titles.length)
})

test('the answer to a failure of ours or of BigCommerce (5xx) never advises to stop', () => {
  expect(
    PROBLEM_CODES.filter((code) => PROBLEMS[code].status >= 500 && PROBLEMS[code].retry === 'never'),
  ).toEqual([])
})

test('every 503 advises the same key, since clients usually repeat one', () => {
  for (const code of PROBLEM_CODES.filter((one) => PROBLEMS[one].status === 503)) {
    expect(['same_key', 'after'], code).toContain(PROBLEMS[code].retry)
  }
})

test('while a payment of the order is in progress, no answer asks for a new key', () => {
  const underWay = ['request_in_progress', 'order_payment_in_progress'] as const
  expect(underWay.map((code) => PROBLEMS[code].retry)).toEqual(['after', 'after'])
  expect(PROBLEMS.order_already_paid.retry).toBe('never')
})

test('the body is RFC 9457, with an absolute type that ends in the code', () => {
  const body = new Problem('order_not_found').toBody('request-1')
  expect(body).toEqual({
    type: `${PROBLEM_TYPE_BASE}order_not_found`,
    title: PROBLEMS.order_not_found.title,
    status: 404,
    detail: PROBLEMS.order_not_found.detail,
    code: 'order_not_found',
    retry: 'never',
    request_id: 'request-1',
  })
  expect(URL.canParse(body.type)).toBe(true)
})

test('all that a problem holds is in its body, except the cause', () => {
  const problem = new Problem('payment_declined', {
    detail: 'The card has expired.',
    bigcommerceCode: 30103,
    paymentId: 'payment-1',
    errors: [{ pointer: '/payment', detail: 'Not valid' }],
    retryAfterSeconds: 2,
    cause: new Error('canary'),
  })
  const body = problem.toBody('request-1')
  expect(body).toMatchObject({
    status: 402,
    detail: 'The card has expired.',
    bigcommerce_code: 30103,
    payment_id: 'payment-1',
    errors: [{ pointer: '/payment', detail: 'Not valid' }],
  })
  expect(JSON.stringify(body)).not.toContain('canary')
})

test('an upstream code of null is left out rather than shown as null', () => {
  expect(new Problem('payment_declined', { bigcommerceCode: null }).toBody('r')).not.toHaveProperty(
    'bigcommerce_code',
  )
})
