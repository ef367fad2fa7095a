import type { Bug } from './bug.ts'

/** Doors by which a card number that a caller, an issuer, a gateway or a person wrote would come in and be kept. */
export const CARD_NUMBER_BUGS: readonly Bug[] = [
  {
    name: 'take a card number for the subject of a token',
    file: 'src/clients/identity/caller-tokens.ts',
    find: '.refine((subject) => !holdsCardNumber(subject))',
    replace: '.refine((subject) => !holdsCardNumber(subject) || true)',
    tests: ['test/clients/identity/caller-tokens.test.ts'],
  },
  {
    name: 'take a card number in what pays',
    file: 'src/domain/payment-instrument.ts',
    find: "(text) => !holdsCardNumber(text), 'Must not hold a card number'",
    replace: "(text) => !holdsCardNumber(text) || true, 'Must not hold a card number'",
    tests: ['test/domain/payment-instrument.test.ts', 'test/routes/pay-order/400.test.ts'],
  },
  {
    name: 'take a card number for the amount that was agreed to',
    file: 'src/routes/orders/schemas.ts',
    find: '!holdsCardNumber(String(amount))',
    replace: '!holdsCardNumber(String(amount)) || true',
    tests: ['test/routes/pay-order/400.test.ts'],
  },
  {
    name: "keep a gateway's id that holds a card number",
    file: 'src/clients/bigcommerce/classify-charge.ts',
    find: ' && !holdsCardNumber(id)',
    replace: '',
    tests: ['test/clients/bigcommerce/classify-charge.test.ts'],
  },
  {
    name: 'pass a card number on from a list of payment methods',
    file: 'src/clients/bigcommerce/read-payment-methods.ts',
    find: '(text: string) => !holdsCardNumber(text)',
    replace: '(text: string) => !holdsCardNumber(text) || true',
    tests: [
      'test/clients/bigcommerce/read-payment-methods.test.ts',
      'test/clients/bigcommerce/odd-fields.test.ts',
      'test/clients/bigcommerce/management-api.test.ts',
    ],
  },
  {
    name: 'take a list with a card number for one that needs no second look',
    file: 'src/clients/bigcommerce/read-payment-methods.ts',
    find: '!holdsCardNumber(value)',
    replace: '(!holdsCardNumber(value) || true)',
    tests: ['test/clients/bigcommerce/plain-methods.test.ts'],
  },
  {
    name: 'repeat a card number among the headers that a page may send',
    file: 'src/plugins/cors.ts',
    find: ' && !holdsCardNumber(name)',
    replace: '',
    tests: ['test/plugins/security-headers.test.ts'],
  },
  {
    name: 'log a request id that holds a card number',
    file: 'src/logging/log-entry.ts',
    find: '(/^[A-Za-z0-9._-]{8,64}$/)(value) && !holdsCardNumber(String(value))',
    replace: '(/^[A-Za-z0-9._-]{8,64}$/)(value)',
    tests: ['test/logging/logger.test.ts', 'test/logging/log-output.test.ts'],
  },
  {
    name: 'pass a line on as it is whose request id holds a card number',
    file: 'src/logging/log-entry.ts',
    find: 'requestId !== undefined && !holdsCardNumber(requestId)',
    replace: 'requestId !== undefined',
    tests: ['test/logging/request-line.test.ts'],
  },
  {
    name: 'carry a card number in the headers of a trace',
    file: 'src/tracing/start-tracing.ts',
    find: 'line !== undefined && holdsCardNumber(line)',
    replace: 'line === undefined && holdsCardNumber(String(line))',
    tests: ['test/process/tracing.test.ts'],
  },
  {
    name: "keep a card number in a person's reason",
    file: 'src/commands/payments/read-arguments.ts',
    find: 'if (holdsCardNumber(text))',
    replace: 'if (!text)',
    tests: ['test/process/payments.test.ts'],
  },
]
