import { pino } from 'pino'
import { expect, test } from 'vitest'
import { requestLog } from '../../src/plugins/request-logging.ts'

test.each<readonly [string, readonly unknown[]]>([
  ['fields and a message', [{ orderId: 118, err: new Error('lost') }, 'request failed']],
  ['a message alone', ['forwarded address unusable']],
  ['an error alone', [new Error('lost')]],
  ['an error and a message', [new Error('lost'), 'request failed']],
  ['a field that it has already', [{ requestId: 'another' }, 'request answered']],
])('a line of %s is that of a child of the logger', (_, given) => {
  const lines: string[] = []
  const logger = pino({ timestamp: false, base: null }, { write: (line) => lines.push(line) })
  const logs = [logger.child({ requestId: 'a' }), requestLog(logger, { requestId: 'a' })]
  for (const log of logs) {
    log.warn(...(given as [object, string]))
    log.child({ code: 'b' }).error(...(given as [object, string]))
  }
  const [child, ofChild, own, ofOwn] = lines.map((line) => JSON.parse(line))
  expect(own).toEqual(child)
  expect(ofOwn).toEqual(ofChild)
})
