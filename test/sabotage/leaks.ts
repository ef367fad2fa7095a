import type { Bug } from './bug.ts'

/** Ways in which a card number or a credential would get out. */
export const LEAKS: readonly Bug[] = [
  {
    name: 'keep a sealed value where anything can read it',
    file: 'src/domain/sealed.ts',
    find: `  constructor(value: T) {
    this.#value = value`,
    replace: `  constructor(value: T) {
    Object.assign(this, { value })
    this.#value = value`,
    tests: ['test/domain/sealed.test.ts'],
  },
  {
    name: 'show a sealed value in JSON',
    file: 'src/domain/sealed.ts',
    find: `  toJSON(): string {
    return mask`,
    replace: `  toJSON(): unknown {
    return this.#value`,
    tests: ['test/domain/sealed.test.ts'],
  },
  {
    name: 'leave the instrument as it came',
    file: 'src/domain/sealed.ts',
    find: '  fields: new Sealed(instrument),',
    replace: `  fields: new Sealed(instrument),
  ...({ instrument } as object),`,
    tests: ['test/domain/sealed.test.ts'],
  },
  {
    name: 'reveal in a service',
    file: 'src/services/charge-attempt.ts',
    find: "import { Problem } from '../domain/problem.ts'",
    replace: `import { Problem } from '../domain/problem.ts'
import { reveal } from '../domain/sealed.ts'
void reveal`,
    tests: ['test/architecture.test.ts'],
  },
  {
    name: 'log the body',
    file: 'src/routes/orders/pay-order.ts',
    find: 'const command = { caller: callerOf(request),',
    replace: `request.log.info({ body: request.body }, 'request answered')
      const command = { caller: callerOf(request),`,
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'log the headers',
    file: 'src/plugins/request-logging.ts',
    find: 'request.log.info({ method, route, status, durationMs }',
    replace: 'request.log.info({ method, route, status, durationMs, headers: request.headers }',
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'log the path as it came',
    file: 'src/plugins/request-logging.ts',
    find: "const route = routeOptions.url ?? 'none'",
    replace: 'const route = request.url ?? routeOptions.url',
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'let any field into the log',
    file: 'src/logging/log-entry.ts',
    find: 'Object.hasOwn(shapes, name) && shapes[name]?.(value)',
    replace: 'Object.hasOwn(shapes, name) ? shapes[name]?.(value) : true',
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'let any value of a listed field into the log',
    file: 'src/logging/log-entry.ts',
    find: 'Object.hasOwn(shapes, name) && shapes[name]?.(value)',
    replace: 'Object.hasOwn(shapes, name)',
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'let any message into the log',
    file: 'src/logging/log-entry.ts',
    find: "    msg: isListed ? msg : 'unlisted event',",
    replace: '    msg: isListed ? msg : String(msg),',
    tests: ['test/logging/logger.test.ts', 'test/plugins/request-logging.test.ts'],
  },
  {
    name: 'put the card number into the detail of an error',
    file: 'src/domain/payment-instrument.ts',
    find: "refuse('number', 'Not a valid card number')",
    replace: "refuse('number', 'Not a valid card number: '.concat(card.number))",
    tests: ['test/routes/pay-order/400.test.ts'],
  },
  {
    name: 'show names of fields back, whatever they are',
    file: 'src/plugins/validation.ts',
    find: 'showableName.test(key)',
    replace: "key !== ''",
    tests: ['test/routes/pay-order/400.test.ts'],
  },
  {
    name: 'take a card number for a key, and keep it',
    file: 'src/domain/idempotency-key.ts',
    find: ' || holdsCardNumber(key)',
    replace: '',
    tests: ['test/routes/pay-order/400.test.ts'],
  },
  {
    name: 'take any content type for JSON',
    file: 'src/plugins/validation.ts',
    find: `    if (!isJson(type)) throw new Problem('unsupported_media_type')
`,
    replace: '',
    tests: ['test/routes/pay-order/415.test.ts'],
  },
  {
    name: 'pass a code about payments on from reading an order',
    file: 'src/clients/bigcommerce/management-api.ts',
    find: 'oneOf(whereAnyoneReads, problemOf(answer))',
    replace: 'problemOf(answer)',
    tests: ['test/clients/bigcommerce/management-api.test.ts'],
  },
  {
    name: 'call a token that is not made a declined payment',
    file: 'src/clients/bigcommerce/management-api.ts',
    find: "oneOf([...whereMethodsAreRead, 'payment_rejected', 'amount_changed'], problemOf(answer))",
    replace: 'problemOf(answer)',
    tests: ['test/clients/bigcommerce/management-api.test.ts'],
  },
]
