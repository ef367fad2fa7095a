import { describe, expect, test } from 'vitest'
import type { Sending } from '../../../src/clients/bigcommerce/collect-answer.ts'
import type { UpstreamAnswer } from '../../../src/clients/bigcommerce/exchange.ts'
import { passageThrough } from '../../../src/clients/bigcommerce/management-call.ts'
import { createManagementGate } from '../../../src/clients/bigcommerce/management-gate.ts'
import { Problem } from '../../../src/domain/problem.ts'
import type { Purpose } from '../../../src/request-context.ts'
import { createVirtualTime } from '../../services/virtual-time.ts'
import { contextOf } from './http-host.ts'

const windowMs = 30_000

/** A gate on a virtual clock, before a host whose quota the test sets. Each call is answered after 100 ms. */
function start({ limit = 12, left = 12, resetMs = 10_000 } = {}) {
  const time = createVirtualTime()
  const gate = createManagementGate({ ...time, random: () => 1 })
  const calls: string[] = []
  const logged: Parameters<typeof contextOf>[0] = []
  const endsMs = time.now() + resetMs
  const host = { left, scripted: [] as UpstreamAnswer[] }

  const quotaHeaders = (): UpstreamAnswer['headers'] => ({
    'x-rate-limit-requests-quota': String(limit),
    'x-rate-limit-requests-left': String(host.left),
    'x-rate-limit-time-window-ms': String(windowMs),
    'x-rate-limit-time-reset-ms': String(endsMs + (time.now() >= endsMs ? windowMs : 0) - time.now()),
  })
  function answerNow(): UpstreamAnswer {
    const scripted = host.scripted.shift()
    if (scripted) return scripted
    if (time.now() >= endsMs && host.left <= 0) host.left = limit
    host.left = Math.max(0, host.left - 1)
    return { status: 200, headers: quotaHeaders(), json: undefined }
  }
  const send = (name: string) => () => {
    calls.push(`${name} at ${time.now() - 1_000_000}`)
    return new Promise<UpstreamAnswer>((resolve) => void time.schedule(100, () => resolve(answerNow())))
  }
  /** How a call ends: its status, or the problem and when to come again. */
  function call(
    purpose: Purpose,
    name: string = purpose,
    caller = 'caller',
    kind = 'order',
  ): Promise<string> {
    const passage = passageThrough(gate, { ...contextOf(logged), purpose, caller }, kind)
    return passage(send(name)).then(
      ({ status }) => String(status),
      (error) =>
        error instanceof Problem ? `${error.code} ${error.options.retryAfterSeconds}` : String(error),
    )
  }
  /** The host is heard of: one call has been answered. */
  async function informed(): Promise<void> {
    void call('paying', 'first')
    await time.pass(100)
    calls.length = 0
  }
  return { time, gate, host, calls, logged, call, informed }
}

const turnedAway = (headers: UpstreamAnswer['headers'] = {}): UpstreamAnswer => ({
  status: 429,
  headers,
  json: undefined,
})

describe('a call that may go', () => {
  test('goes within the same turn: no timer is waited for', async () => {
    const { time, calls, call } = start()
    const answer = call('paying')
    await time.settled()
    expect(calls).toEqual(['paying at 0'])
    await time.pass(100)
    expect(await answer).toBe('200')
  })

  test('and fails, makes room for the next', async () => {
    const { time, gate } = start()
    const failing = Array.from({ length: 40 }, () =>
      passageThrough(gate, contextOf(), 'order')(() => Promise.reject(new Error('lost'))).catch(String),
    )
    await time.pass(0)
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['Error: lost']))
  })
})

describe('little is left', () => {
  test('listing is refused at once when the window ends too late, with the moment to come again; paying goes', async () => {
    const { time, calls, call, informed } = start({ left: 5 })
    await informed()
    expect(await call('reconciling')).toBe('upstream_busy 10')
    expect(await call('reading')).toBe('upstream_busy 10')
    void call('paying')
    void call('paying')
    await time.settled()
    expect(calls).toEqual(['paying at 100', 'paying at 100'])
  })

  test('when nothing is, not even paying goes', async () => {
    const { calls, call, informed } = start({ left: 1 })
    await informed()
    expect(await call('paying')).toBe('upstream_busy 10')
    expect(calls).toEqual([])
  })

  test('who can be served in time waits for the end of the window, and paying goes first', async () => {
    const { time, gate, calls, call, informed } = start({ left: 1, resetMs: 2_000 })
    await informed()
    const answers = [call('reconciling'), call('reading'), call('paying')]
    expect(gate.standing()).toEqual({ remaining: 0, waiting: { paying: 1, reading: 1, reconciling: 1 } })
    await time.pass(3_000)
    expect(await Promise.all(answers)).toEqual(['200', '200', '200'])
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['paying', 'reading', 'reconciling'])
    // Not before the window ends for sure: its end is known to the length of one exchange.
    expect(calls[0]).toBe('paying at 2000')
    expect(gate.standing().waiting).toEqual({ paying: 0, reading: 0, reconciling: 0 })
  })

  test('who is behind more than the next window takes is told of the window after it', async () => {
    const { call, informed, time } = start({ left: 1, resetMs: 2_000 })
    await informed()
    // Of twelve, four are kept for paying.
    const waiting = Array.from({ length: 8 }, () => call('reading'))
    expect(await call('reading')).toBe('upstream_busy 32')
    await time.pass(3_000)
    expect(await Promise.all(waiting)).toEqual(Array(8).fill('200'))
  })

  test('callers take turns: one with many calls keeps another from none', async () => {
    const { time, calls, call, informed } = start({ left: 1, resetMs: 2_000 })
    await informed()
    const flood = Array.from({ length: 5 }, () => call('paying', 'flood', 'eve'))
    const honest = call('paying', 'honest', 'alice')
    await time.pass(3_000)
    expect(await honest).toBe('200')
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['flood', 'honest', ...Array(4).fill('flood')])
    await Promise.all(flood)
  })

  test('where too many are in line, the one who has the most in it loses the last one, and not who comes then', async () => {
    const { time, call, informed } = start({ left: 1, resetMs: 2_000 })
    await informed()
    const flood = Array.from({ length: 12 }, () => call('paying', 'flood', 'eve'))
    const honest = [call('paying', 'honest', 'alice'), call('paying', 'honest', 'bob')]
    await time.settled()
    expect(await Promise.all(flood.slice(-2))).toEqual(['upstream_busy 32', 'upstream_busy 32'])
    await time.pass(3_000)
    expect(await Promise.all(honest)).toEqual(['200', '200'])
    expect(await Promise.all(flood.slice(0, 10))).toEqual(Array(10).fill('200'))
  })

  test('what an answer says ends a hopeless wait at once', async () => {
    const { time, gate, call, host } = start({ limit: 100, left: 100 })
    const out = Array.from({ length: 16 }, () => call('reading'))
    const waiting = call('reading')
    expect(gate.standing().waiting.reading).toBe(1)
    host.left = 0
    await time.pass(100)
    expect(await waiting).toBe('upstream_busy 10')
    expect(new Set(await Promise.all(out))).toEqual(new Set(['200']))
  })
})

describe('calls that hang', () => {
  const never = (sending: Sending) =>
    new Promise<UpstreamAnswer>((_, reject) => {
      sending.giveUp = reject
    })

  function startHanging() {
    const started = start({ limit: 10_000, left: 10_000 })
    const ended: string[] = []
    const hang = (
      count: number,
      purpose: Purpose = 'paying',
      about: { kind?: string; caller?: string } = {},
    ) => {
      for (let index = 0; index < count; index++) {
        const caller = about.caller ?? `caller ${ended.length} ${index}`
        const passage = passageThrough(
          started.gate,
          { ...contextOf(), purpose, caller },
          about.kind ?? 'checkout',
        )
        passage(never).catch((error: Error) => ended.push(`${caller}: ${error.message}`))
      }
    }
    return { ...started, hang, ended }
  }

  test('keep their places for half a second; then others go', async () => {
    const { time, gate, calls, call, hang } = startHanging()
    hang(16)
    const waiting = [call('paying'), call('reading'), call('reconciling')]
    await time.pass(499)
    expect(gate.standing().waiting).toEqual({ paying: 1, reading: 1, reconciling: 1 })
    await time.pass(201)
    expect(calls).toEqual(['paying at 500', 'reading at 500', 'reconciling at 500'])
    expect(await Promise.all(waiting)).toEqual(['200', '200', '200'])
  })

  test.each([
    ['paying', 128],
    ['reading', 64],
    ['reconciling', 32],
  ] as const)(
    'for %s are %i at most; the one that has hung longest is given up for the next',
    async (purpose, most) => {
      const { time, gate, call, calls, hang, ended } = startHanging()
      for (let place = 0; place < most; place += 16) {
        for (let index = place; index < place + 16; index++) hang(1, purpose, { caller: `caller ${index}` })
        await time.pass(600)
      }
      expect([ended, gate.standing().waiting[purpose]]).toEqual([[], 0])
      const answers = [call(purpose, 'first'), call(purpose, 'second')]
      await time.pass(100)
      expect(await Promise.all(answers)).toEqual(['200', '200'])
      expect(calls).toHaveLength(2)
      // The second one goes in the place of the first, or takes that of the next.
      expect(ended).toEqual(['caller 0: upstream_unavailable', 'caller 1: upstream_unavailable'])
    },
  )

  test('of the caller who has most are given up first, and none that has hung for less than a second', async () => {
    const { time, call, hang, ended } = startHanging()
    hang(14, 'reconciling', { caller: 'old' })
    await time.pass(500)
    hang(16, 'reconciling', { caller: 'eve' })
    await time.pass(490)
    hang(2, 'reconciling', { caller: 'new' })
    const waiting = call('reconciling', 'alice')
    await time.pass(9)
    expect(ended).toEqual([])
    await time.pass(101)
    expect([await waiting, ended]).toEqual(['200', ['old: upstream_unavailable']])
    await time.pass(400)
    expect(await Promise.race([call('reconciling', 'bob'), time.pass(100).then(() => 'late')])).toBe('200')
    expect(ended).toEqual(['old: upstream_unavailable'])
    hang(1, 'reconciling', { caller: 'new' })
    const next = call('reconciling', 'carol')
    await time.pass(100)
    expect([await next, ended.at(-1)]).toEqual(['200', 'eve: upstream_unavailable'])
  })

  test('three hundred at once keep no other kind waiting for long, and those of their own kind within their patience', async () => {
    const { time, call, hang, informed } = startHanging()
    await informed()
    hang(300, 'paying', { kind: 'checkout' })
    const waited = async (kind: string) => {
      const fromMs = time.now()
      expect(await call('paying', 'honest', `honest ${kind}`, kind)).toBe('200')
      return time.now() - fromMs
    }
    const both = Promise.all([waited('mint'), waited('checkout')])
    await time.pass(5_000)
    const [mintMs, checkoutMs] = await both
    expect(mintMs).toBeLessThanOrEqual(600)
    expect(checkoutMs).toBeLessThanOrEqual(3_500)
  })

  test.each([
    ['checkouts', 'checkout', 'mint'],
    ['the reads of some orders', 'order', 'order'],
  ])('for a minute, forty a second, %s: all others are served', async (_, hanging, kind) => {
    const { time, call, hang } = startHanging()
    const answers: Promise<string>[] = []
    for (let second = 0; second < 60; second++)
      for (let part = 0; part < 10; part++) {
        hang(4, 'paying', { kind: hanging })
        answers.push(call('paying', 'honest', `honest ${second} ${part}`, kind))
        await time.pass(100)
      }
    await time.pass(5_000)
    expect((await Promise.all(answers)).filter((answer) => answer !== '200')).toEqual([])
  })

  test('keep another waiting no longer than its patience', async () => {
    const { time, gate, hang } = startHanging()
    hang(16)
    const { pass } = gate.arrive({ purpose: 'paying', caller: 'hasty', kind: 'order' }, 300)
    const end = pass(never).then(String, (error: Error) => error.message)
    await time.pass(299)
    expect(gate.standing().waiting.paying).toBe(1)
    await time.pass(1)
    expect(await Promise.race([end, time.pass(50).then(() => 'still waits')])).toBe('upstream_busy')
  })

  test('do not keep the call back that asks whether a 429 is over', async () => {
    const { time, host, calls, call, hang } = startHanging()
    hang(3)
    await time.pass(500)
    host.scripted.push(turnedAway({ 'x-retry-after': '1' }))
    const answers = [call('paying', 'first'), call('paying', 'second', 'bob')]
    await time.pass(1_300)
    expect(await Promise.all(answers)).toEqual(['200', '200'])
    expect(calls.at(-1)).toBe('first at 1600')
  })

  test('and ask whether a 429 is over, let another ask half a second later', async () => {
    const { time, gate, calls, call } = start()
    let sendings = 0
    const asking = passageThrough(
      gate,
      contextOf(),
      'order',
    )(() =>
      ++sendings === 1 ? Promise.resolve(turnedAway({ 'x-retry-after': '1' })) : new Promise(() => {}),
    )
    asking.catch(() => {})
    await time.settled()
    const waiting = [call('paying', 'second', 'bob'), call('paying', 'third', 'carol')]
    await time.pass(1_499)
    expect([sendings, calls]).toEqual([2, []])
    await time.pass(1_000)
    expect(await Promise.all(waiting)).toEqual(['200', '200'])
    expect(calls).toEqual(['second at 1500', 'third at 1600'])
  })
})

test('a minute of 8.4 payments a second, of which some hang and some are turned away: all others pass', async () => {
  const { time, gate, call } = start({ limit: 10_000, left: 10_000 })
  const timesOut = () =>
    new Promise<UpstreamAnswer>((_, reject) => time.schedule(5_000, () => reject(new Error('timed out'))))
  const others: Promise<string>[] = []
  for (let number = 1; number <= 504; number++) {
    const caller = { ...contextOf(), purpose: 'paying', caller: `caller ${number}` } as const
    if (number % 25 === 0) passageThrough(gate, caller, 'order')(timesOut).catch(() => {})
    // What is turned away again ends; by then it has kept all back for two seconds.
    else if (number % 50 === 1)
      passageThrough(gate, caller, 'order')(async () => turnedAway({ 'x-retry-after': '1' })).catch(() => {})
    else others.push(call('paying', 'paying', caller.caller))
    await time.pass(119)
  }
  await time.pass(5_000)
  const answers = await Promise.all(others)
  expect(answers.filter((answer) => answer !== '200')).toEqual([])
})

describe('a 429', () => {
  test('is waited for as long as it asks, and the call made again, once', async () => {
    const { time, host, calls, call, logged } = start()
    host.scripted.push(turnedAway({ 'x-retry-after': '2' }))
    const answer = call('paying')
    await time.pass(3_000)
    expect(await answer).toBe('200')
    expect(calls).toEqual(['paying at 0', 'paying at 2100'])
    expect(logged).toMatchObject([
      { level: 'warn', fields: { forMs: 2_000 }, event: 'management call refused with 429' },
    ])
  })

  test('of more than the patience is told at once, and holds every call back', async () => {
    const { time, host, calls, call } = start()
    host.scripted.push(turnedAway({ 'x-retry-after': '20' }))
    const answer = call('paying')
    await time.pass(100)
    expect(await answer).toBe('upstream_busy 20')
    expect(await call('paying')).toBe('upstream_busy 20')
    await time.pass(20_000)
    void call('paying')
    await time.pass(0)
    expect(calls).toHaveLength(2)
  })

  test('a second time is told, with how long the pause is by then', async () => {
    const { time, host, calls, call } = start()
    host.scripted.push(turnedAway(), turnedAway())
    const answer = call('paying')
    await time.pass(5_000)
    expect(await answer).toBe('upstream_busy 2')
    expect(calls).toEqual(['paying at 0', 'paying at 1100'])
  })

  test('without a word: pauses double, and after each one call asks for all', async () => {
    const { time, host, calls, call } = start()
    host.scripted.push(...Array.from({ length: 100 }, () => turnedAway()))
    for (let second = 0; second < 120; second++) {
      for (let index = 0; index < 5; index++) void call('reading')
      await time.pass(1_000)
    }
    const [burst, rest] = [calls.slice(0, 5), calls.slice(5).map((call) => Number(call.split(' at ')[1]))]
    expect(new Set(burst)).toEqual(new Set(['reading at 0']))
    const pauses = rest.slice(1).map((at, index) => at - (rest[index] ?? 0))
    expect(rest[0]).toBe(1_100)
    expect(rest.length).toBeLessThan(10)
    expect(pauses.slice(0, 3).every((pauseMs, index) => pauseMs >= 1_000 * 2 ** (index + 1))).toBe(true)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(31_100)
  })
})
