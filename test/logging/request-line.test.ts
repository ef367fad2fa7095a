import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listedEntry, listedLine } from '../../src/logging/log-entry.ts'
import { goodCardNumber } from '../support/payments.ts'

const throughTheGate = (line: string) => `${JSON.stringify(listedEntry(JSON.parse(line)))}\n`

/** Mostly the line of a request, with something odd in it now and then. */
const mostly = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: usual, weight: 60 }, { arbitrary: fc.jsonValue(), weight: 1 })
const line = fc
  .record({
    level: mostly(fc.constant(30)),
    time: mostly(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
    requestId: mostly(
      fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9._-]{8,64}$/), fc.constant(goodCardNumber)),
    ),
    orderId: fc.option(mostly(fc.nat()), { nil: undefined }),
    method: mostly(fc.constantFrom('GET', 'POST', 'HEAD', 'BREW')),
    route: mostly(
      fc.oneof(
        { arbitrary: fc.constantFrom('none', '/livez', '/orders/:id/payment-methods'), weight: 3 },
        fc.constantFrom('*', '/-', '/a b', '//'),
      ),
    ),
    status: mostly(fc.integer({ min: 80, max: 620 })),
    durationMs: mostly(
      fc.oneof(
        fc.integer({ min: -1, max: 1e7 }).map((tenths) => tenths / 10),
        fc.double(),
      ),
    ),
    msg: mostly(fc.constant('request answered')),
  })
  .map((fields) => `${JSON.stringify(fields)}\n`)

test('the line of a request passes the gate as it is, and nothing else does that the gate would change', () => {
  let passed = 0
  fc.assert(
    fc.property(line, (given) => {
      const listed = listedLine(given)
      if (listed === given) passed += 1
      expect(listed).toBe(throughTheGate(given))
    }),
    { numRuns: 2_000 },
  )
  // Or it would show little.
  expect(passed).toBeGreaterThan(20)
})
