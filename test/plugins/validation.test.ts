import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { PaymentInstrument } from '../../src/domain/payment-instrument.ts'
import { payOrderBodyExamples } from '../../src/openapi/body-examples.ts'
import { problemDetailsPlugin } from '../../src/plugins/problem-details.ts'
import { validationPlugin } from '../../src/plugins/validation.ts'
import { OrderParams, PayOrderBody } from '../../src/routes/orders/schemas.ts'

interface FieldError {
  readonly pointer: string
  readonly detail: string
}

const app = Fastify()
await app.register(problemDetailsPlugin)
await app.register(validationPlugin)
app.post('/orders/:id', { schema: { params: OrderParams, body: PayOrderBody } }, async () => ({}))

async function errorsOf(body: unknown, id = '1'): Promise<readonly FieldError[]> {
  const answer = await app.inject({ method: 'POST', url: `/orders/${id}`, body: body as object })
  return answer.statusCode === 200 ? [] : answer.json().errors
}

/** The body with another value where the path leads. */
const withValue = (body: unknown, [step, ...rest]: readonly string[], value: unknown): unknown => {
  if (step === undefined) return value
  const object = body as Record<string, unknown>
  return { ...object, [step]: withValue(object[step], rest, value) }
}

const longText = 'x'.repeat(2_000)
/** One mistake each; some are none in some fields. `undefined` is a field that is missing. */
const values = [
  undefined,
  null,
  '',
  ' ',
  'x',
  longText,
  'Ünïcode\u0000',
  '13',
  0,
  -1,
  1.5,
  1e20,
  30,
  true,
  [],
  {},
]
const bodies = Object.values(payOrderBodyExamples).map(({ value }) => value)
const fieldsOf = (type: string) =>
  Object.keys(PaymentInstrument.options.find(({ shape }) => shape.type.value === type)?.shape ?? {})

const cases = bodies.flatMap((body) => {
  const { type } = body.payment.instrument
  const paths = [
    ['payment'],
    ['expected_amount'],
    ['payment', 'instrument'],
    ['payment', 'payment_method_id'],
    ['payment', 'save_instrument'],
    ...fieldsOf(type).map((field) => ['payment', 'instrument', field]),
  ]
  return paths.map((path) => ({ type, path, pointer: `/${path.join('/')}`, body }))
})

const ours =
  /^(This field is required|Must [a-z].+[^.]|Not a valid card number|The card has expired, or expires too far in the future)$/
const theirs = /zod|expected|received|invalid|input|regex|pattern|[<>]=|undefined|null|NaN|\[object/i

describe('what is wrong with a field is told once, for that field, in words of ours', () => {
  test.each(cases)('$type $pointer', async ({ path, pointer, body }) => {
    let refused = 0
    for (const value of values.filter((one) => !(isObject(one) && isOfFields(path)))) {
      const errors = await errorsOf(withValue(body, path, value))
      if (errors.length === 0) continue
      refused += 1
      expect(
        errors.map((error) => error.pointer),
        JSON.stringify(value),
      ).toEqual([pointer])
      for (const { detail } of errors) {
        expect(detail, JSON.stringify(value)).toMatch(ours)
        expect(detail).not.toMatch(theirs)
        expect(detail).not.toContain(longText)
      }
    }
    expect(refused).toBeGreaterThan(values.length / 2)
  })

  test.each([
    ['a body that is no object', [], [{ pointer: '', detail: 'Must be an object' }]],
    [
      'an empty name on a card, which is neither a number nor unprintable',
      { cardholder_name: '' },
      [{ pointer: '/payment/instrument/cardholder_name', detail: 'Must not be empty' }],
    ],
    [
      'a kind of instrument that does not exist: which ones do',
      { type: 'cash' },
      [
        {
          pointer: '/payment/instrument/type',
          detail:
            'Must be one of card, stored_card, stored_paypal_account, stored_bank_account, tokenized_card, gift_certificate, store_credit',
        },
      ],
    ],
    [
      'fields that are not known, each by its name',
      { cvv: '123', pin: 1 },
      [
        { pointer: '/payment/instrument/cvv', detail: 'This field is not known' },
        { pointer: '/payment/instrument/pin', detail: 'This field is not known' },
      ],
    ],
    [
      'names that could be card numbers: where, but not which',
      { '4242424242424242': 1, '4242 4242 4242 4242': 1 },
      [{ pointer: '/payment/instrument', detail: 'This field is not known' }],
    ],
  ])('%s', async (_name, instrument, errors) => {
    const body = Array.isArray(instrument) ? instrument : withCard(instrument)
    expect(await errorsOf(body)).toEqual(errors)
  })

  test('an order id', async () => {
    const { card } = payOrderBodyExamples
    for (const id of ['0', 'abc', '1.5', '2147483648', '99999999999']) {
      expect(await errorsOf(card.value, id)).toEqual([{ pointer: '/id', detail: 'Must be an order id' }])
    }
  })
})

/** An object is no mistake there, but several are missing in an empty one. */
const isOfFields = (path: readonly string[]) => ['payment', 'instrument'].includes(path.at(-1) ?? '')
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

const withCard = (fields: object) => {
  const { payment } = payOrderBodyExamples.card.value
  return { payment: { ...payment, instrument: { ...payment.instrument, ...fields } } }
}
