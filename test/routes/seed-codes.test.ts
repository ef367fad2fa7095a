import { expect, test } from 'vitest'
import { REFUSALS } from '../../sandbox/data/refusals.ts'
import type { FaultInput } from '../../sandbox/faults/fault.ts'
import type { Sandbox } from '../../sandbox/start-sandbox.ts'
import { BIGCOMMERCE_CODES } from '../../src/domain/bigcommerce-codes.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment, storedCardPayment } from '../support/payments.ts'
import { startTillgate } from '../support/start-tillgate.ts'

interface CodeRow {
  readonly code: number
  /** Makes the sandbox produce the code. */
  readonly given?: (sandbox: Sandbox) => unknown
  readonly body?: object
  readonly expected: object
}

const declined = { status: 402, code: 'payment_declined', retry: 'new_key' }
const misconfigured = { status: 502, code: 'merchant_configuration', retry: 'new_key' }
const unknown = { data: { status: 'unknown' }, meta: { retry: 'after' } }
const card = (number: string, payment = {}) => cardPayment({ number }, payment)
const fault = (input: object) => (sandbox: Sandbox) =>
  sandbox.faults.add({ operation: 'pay', kind: 'code', times: 1, ...input } as FaultInput)
const mint = { operation: 'access_tokens', times: undefined }

/** Every row of the guide's error table, produced as the sandbox documents it. */
const rows: readonly CodeRow[] = [
  { code: 10000, body: card('4000000000000119'), expected: unknown },
  {
    code: 10001,
    body: card('4000000000100018'),
    expected: { status: 422, code: 'payment_rejected', retry: 'new_key' },
  },
  {
    code: 30000,
    given: (sandbox) => sandbox.configure({ gateways: { 'stripe.card': 'missing' } }),
    expected: misconfigured,
  },
  {
    code: 30001,
    given: (sandbox) => sandbox.configure({ gateways: { 'stripe.card': 'broken' } }),
    expected: misconfigured,
  },
  {
    code: 30002,
    given: (sandbox) => sandbox.configure({ vaulting: false }),
    body: storedCardPayment(),
    expected: misconfigured,
  },
  {
    code: 30003,
    // On a charge it comes as 404, on which no code is a refusal of the payment.
    given: fault({ code: 30003 }),
    expected: unknown,
  },
  {
    code: 30004,
    given: fault({ code: 30004 }),
    expected: { status: 409, code: 'amount_changed', retry: 'new_key' },
  },
  {
    code: 30050,
    given: fault({ code: 30050 }),
    expected: { status: 422, code: 'instrument_not_saved', retry: 'new_key' },
  },
  {
    code: 30051,
    body: storedCardPayment({ token: 'b9844c5150efc1e5c33b48e7cb0692c1a3efca62f6923b2d8d2aafb4f7efd58c' }),
    expected: { status: 422, code: 'instrument_not_found', retry: 'new_key' },
  },
  {
    code: 30100,
    given: (sandbox) => sandbox.configure({ access_tokens: false }),
    expected: { status: 503, code: 'upstream_unavailable', retry: 'same_key' },
  },
  {
    code: 30101,
    given: fault({ code: 30101, ...mint }),
    expected: { status: 409, code: 'order_not_payable', retry: 'never' },
  },
  { code: 30102, body: card('4000000000000127'), expected: declined },
  { code: 30103, body: card('4000000000000069'), expected: declined },
  { code: 30104, body: card('4000000000000002'), expected: declined },
  { code: 30105, body: card('4000000010301051'), expected: unknown },
  { code: 30106, body: card('4000000000009995'), expected: declined },
  {
    code: 30107,
    body: {
      payment: {
        instrument: {
          type: 'stored_paypal_account',
          token: '50baac3aa53a5e0f825f16f71a14c898e6680990619384b253c11a3294c99943',
        },
        payment_method_id: 'braintree.paypal',
      },
    },
    expected: declined,
  },
]

async function payGiven({ given, body }: CodeRow, configure: (sandbox: Sandbox) => unknown = () => {}) {
  const { sandbox, call } = await startTillgate()
  configure(sandbox)
  await given?.(sandbox)
  return call.pay(createOrder(sandbox), body ?? cardPayment(), {
    token: await callerToken({ customer_id: 11 }),
  })
}

test('the table has a row for each code that we know', () => {
  expect(rows.map(({ code }) => code)).toEqual(Object.keys(BIGCOMMERCE_CODES).map(Number))
})

test.each(rows)('$code is told in our own words', async (row) => {
  const { status, body, text } = await payGiven(row)
  expect(body).toMatchObject(row.expected)
  expect(body.bigcommerce_code ?? body.data?.bigcommerce_code).toBe(row.code)
  expect(status).toBe(body.status ?? 202)
  for (const { title } of Object.values(REFUSALS)) expect(text).not.toContain(title)
  expect(text).not.toContain('bigcommerce.com')
})

test.each(rows.filter(({ code }) => code >= 30000 && code !== 30101))(
  '$code may come as a numeric string',
  async (row) => {
    const { body } = await payGiven(row, (sandbox) => sandbox.configure({ codes_as_strings: true }))
    expect(body).toMatchObject(row.expected)
  },
)

test('30050 says nothing of the charge where the card was to be saved', async () => {
  const body = card('4000000000300501', { save_instrument: true })
  const answer = await payGiven({ code: 30050, body, expected: unknown })
  expect(answer.status).toBe(202)
  expect(answer.body).toMatchObject(unknown)
})

test('3001, as the guide once printed it, is 30001', async () => {
  const row = rows.find(({ code }) => code === 30001)
  const { body } = await payGiven(row ?? { code: 0, expected: {} }, (sandbox) =>
    sandbox.configure({ legacy_configuration_code: true }),
  )
  expect(body).toMatchObject({ ...misconfigured, bigcommerce_code: 30001 })
})
