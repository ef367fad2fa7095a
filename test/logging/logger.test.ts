import { expect, test } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'

const number = '4242424242424242'

function logging() {
  const lines: string[] = []
  const logger = createLogger('trace', { write: (line) => void lines.push(line) })
  return { logger, all: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? '') }
}

test('what is listed is written', () => {
  const { logger, last } = logging()
  logger
    .child({ requestId: 'request-1' })
    .info({ status: 201, method: 'POST', durationMs: 1.5 }, 'request answered')
  expect(last()).toEqual({
    level: 30,
    time: expect.stringMatching(/Z$/),
    requestId: 'request-1',
    status: 201,
    method: 'POST',
    durationMs: 1.5,
    msg: 'request answered',
  })
})

test('what is not listed is dropped, and how much that was is said', () => {
  const { logger, last } = logging()
  const body = { payment: { instrument: { number } } }
  logger
    .child({ [number]: 1, headers: { authorization: number } })
    .info({ body, status: 200 }, 'request answered')
  expect(last()).toEqual({
    level: 30,
    time: expect.any(String),
    status: 200,
    refused: 3,
    msg: 'request answered',
  })
})

const cyclic = new Error(number)
cyclic.cause = cyclic
const foreign = Object.assign(new Error(number), { name: number, code: number, body: { number } })

test.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
  ['a message', (logger) => logger.info(number)],
  ['a message with values', (logger) => logger.info('card %s', number)],
  ['a listed message with values', (logger) => logger.info('closed %s', number)],
  ['an object as message', (logger) => logger.info({ msg: number })],
  ['a bare error', (logger) => logger.error(new Error(number))],
  ['an error without a message of ours', (logger) => logger.error({ err: new Error(number) })],
  ['an error of V8', (logger) => logger.error({ err: quoting() }, 'request failed')],
  ['an error of Node', (logger) => logger.error({ err: nodes() }, 'request failed')],
  ['an error with all it can have', (logger) => logger.error({ err: foreign }, 'request failed')],
  ['an error that causes itself', (logger) => logger.error({ err: cyclic }, 'request failed')],
  [
    'an error that forges a frame',
    (logger) => logger.error({ err: new Error(`x\n    at f (file:///${number}:1:1)`) }, 'request failed'),
  ],
  ['several errors', (logger) => logger.error({ err: new AggregateError([new Error(number)], number) })],
  ['no error as error', (logger) => logger.error({ err: number }, 'request failed')],
  ['a listed field', (logger) => logger.info({ outcome: number, code: number, from: number }, 'closed')],
  ['a listed number', (logger) => logger.info({ status: Number(number), orderId: Number(number) }, 'closed')],
  ['a listed field that is an object', (logger) => logger.info({ status: { number } }, 'closed')],
  ['a request id', (logger) => logger.child({ requestId: number }).info('closed')],
  [
    'a request id with hyphens',
    (logger) => logger.child({ requestId: '4242-4242-4242-4242' }).info('closed'),
  ],
  ['a route', (logger) => logger.info({ route: `/orders/${number}/pay` }, 'request answered')],
  ['a child with its own ways', (logger) => child(logger).info({ err: new Error('x') }, 'closed')],
  ['bindings that come later', (logger) => late(logger).info('closed')],
])('no card number gets out by %s', (_way, log) => {
  const { logger, all } = logging()
  log(logger)
  expect(all()).toContain('"msg"')
  expect(all().replaceAll('-', '')).not.toContain(number)
})

function quoting(): unknown {
  try {
    return 'type' in (number as unknown as object)
  } catch (error) {
    expect(String(error)).toContain(number)
    return error
  }
}

function nodes(): unknown {
  try {
    return Buffer.alloc(number as unknown as number)
  } catch (error) {
    expect(String(error)).toContain(number)
    return error
  }
}

const child = (logger: ReturnType<typeof createLogger>) =>
  logger.child({}, { serializers: { err: () => ({ stack: [number], type: number }) }, msgPrefix: number })

function late(logger: ReturnType<typeof createLogger>) {
  const later = logger.child({})
  later.setBindings({ number, requestId: { number } })
  return later
}

test('of an error its kind, its code and where it was are written, down to its causes', () => {
  const { logger, last } = logging()
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  logger.error({ err: new TypeError('fetch failed', { cause }) }, 'request failed')
  expect(last().err).toMatchObject({
    type: 'TypeError',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { type: 'Error', code: 'ECONNREFUSED' },
  })
})
