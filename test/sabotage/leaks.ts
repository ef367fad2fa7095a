import type { Bug } from './bug.ts'

const sealed = ['test/domain/sealed.test.ts']
const logged = ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts']
const answered = ['test/routes/pay-order/400.test.ts']

/** Ways in which a card number or a credential would get out. */
export const LEAKS: readonly Bug[] = [
  {
    name: 'keep a sealed value where everybody looks',
    file: 'src/domain/sealed.ts',
    find: `  constructor(value: T) {
    this.#value = value`,
    replace: `  constructor(value: T) {
    Object.assign(this, { value })
    this.#value = value`,
    tests: sealed,
  },
  {
    name: 'show a sealed value in JSON',
    file: 'src/domain/sealed.ts',
    find: `  toJSON(): string {
    return mask`,
    replace: `  toJSON(): unknown {
    return this.#value`,
    tests: sealed,
  },
  {
    name: 'leave the instrument as it came',
    file: 'src/domain/sealed-instrument.ts',
    find: '  fields: new Sealed(instrument),',
    replace: '  fields: new Sealed(instrument),\n  ...({ instrument } as object),',
    tests: sealed,
  },
  {
    name: 'reveal in a service',
    file: 'src/services/pay-order.ts',
    find: `import { Problem } from '../domain/problem.ts'`,
    replace: `import { Problem } from '../domain/problem.ts'\nimport { reveal } from '../domain/sealed.ts'\nvoid reveal`,
    tests: ['test/architecture.test.ts'],
  },
  {
    name: 'log the body',
    file: 'src/routes/orders/pay-order.ts',
    find: '      const { payment, expected_amount: expectedAmount = null } = request.body',
    replace: `      const { payment, expected_amount: expectedAmount = null } = request.body
      request.log.info({ body: request.body }, 'request answered')`,
    tests: logged,
  },
  {
    name: 'log the headers',
    file: 'src/plugins/request-logging.ts',
    find: '        method: request.method,',
    replace: '        method: request.method,\n        headers: request.headers,',
    tests: logged,
  },
  {
    name: 'log the path as it came',
    file: 'src/plugins/request-logging.ts',
    find: `route: request.routeOptions.url ?? 'none',`,
    replace: 'route: request.url,',
    tests: logged,
  },
  {
    name: 'let any field into the log',
    file: 'src/logging/log-entry.ts',
    find: 'Object.hasOwn(shapes, name) && shapes[name]?.(value)',
    replace: 'Object.hasOwn(shapes, name) ? shapes[name]?.(value) : true',
    tests: logged,
  },
  {
    name: 'let any value of a listed field into the log',
    file: 'src/logging/log-entry.ts',
    find: 'Object.hasOwn(shapes, name) && shapes[name]?.(value)',
    replace: 'Object.hasOwn(shapes, name)',
    tests: logged,
  },
  {
    name: 'let any message into the log',
    file: 'src/logging/log-entry.ts',
    find: `    msg: isListed ? msg : 'unlisted event',`,
    replace: `    msg: isListed ? msg : String(msg),`,
    tests: logged,
  },
  {
    name: 'put the card number into the detail of an error',
    file: 'src/domain/card-fields.ts',
    find: `refuse('number', 'Not a valid card number')`,
    replace: "refuse('number', 'Not a valid card number: '.concat(card.number))",
    tests: answered,
  },
  {
    name: 'show names of fields back, whatever they are',
    file: 'src/plugins/field-errors.ts',
    find: 'showableName.test(name)',
    replace: 'name',
    tests: answered,
  },
  {
    name: 'take a card number for a key, and keep it',
    file: 'src/domain/idempotency-key.ts',
    find: ' || holdsCardNumber(key)',
    replace: '',
    tests: answered,
  },
  {
    name: 'let Fastify remember whatever was sent as a content type',
    file: 'src/plugins/sealed-body.ts',
    find: ' && !json.test(type)',
    replace: ' && !json.test(type) && type.length < 0',
    tests: ['test/routes/pay-order/415.test.ts'],
  },
  {
    name: 'pass a code about payments on from reading an order',
    file: 'src/clients/bigcommerce/management-problems.ts',
    find: 'oneOf(whereAnyoneReads, problemOf(answer))',
    replace: 'problemOf(answer)',
    tests: ['test/clients/bigcommerce/management-api.test.ts'],
  },
  {
    name: 'call a token that is not made a declined payment',
    file: 'src/clients/bigcommerce/management-problems.ts',
    find: `oneOf([...whereMethodsAreRead, 'payment_rejected', 'amount_changed'], problemOf(answer))`,
    replace: 'problemOf(answer)',
    tests: ['test/clients/bigcommerce/management-api.test.ts'],
  },
]
