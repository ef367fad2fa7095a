/**
 * Loaded before the service (`node --import test/chaos/kill-point.ts src/main.ts`): counts the boundaries that a
 * payment passes — each statement of the ledger, each step of each call to BigCommerce, the answer — and kills this
 * process with SIGKILL at the one that the payment's header names. What is killed thereby is decided by what the
 * program does, not by a list written by hand.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'
import pg from 'pg'
import { boundariesFile, eventsHeader, killHeader, loseEndHeader } from './kill-header.ts'

interface Passage {
  passed: number
  /** 0 kills nothing and writes the boundaries down instead. */
  readonly killAt: number
  /** Whether the statement after the charge's answer is still to fail. */
  losesEnd: boolean
  /** While what was sent together with the statement that failed fails, too. */
  isLedgerAway: boolean
  isAnswered: boolean
  /** Whether what it tells of itself is in the outbox. */
  hasTold: boolean
}

const payments = new AsyncLocalStorage<Passage>()
const passageOf = new WeakMap<object, Passage>()
/** The payment whose events are passed as well. They are sent by a loop that knows of no request. */
let telling: Passage | undefined
const isOfOutbox = (sql: string) => /\bpayment_events\b/i.test(sql) && !/^\s*insert/i.test(sql)

/** The payment that a statement is of. */
const passageOfStatement = (sql: string): Passage | undefined =>
  payments.getStore() ?? (telling?.hasTold && isOfOutbox(sql) ? telling : undefined)

const listPath = process.env[boundariesFile]

function pass(boundary: string, passage = payments.getStore()): void {
  if (!passage) return
  passage.passed++
  passage.hasTold ||= boundary === 'after insert into payment_events'
  if (passage.killAt === passage.passed) process.kill(process.pid, 'SIGKILL')
  if (passage.killAt === 0 && listPath) appendFileSync(listPath, `${boundary}\n`)
}

/** @throws Error once, where the ledger is to be away when the charge is answered. */
function maybeLoseEnd(statement: string): void {
  const passage = payments.getStore()
  if (!passage) return
  // What is written of the permit is no end; only an end is written in a transaction.
  if (passage.losesEnd && passage.isAnswered && statement.startsWith('begin')) {
    passage.losesEnd = false
    passage.isLedgerAway = true
    setImmediate(() => {
      passage.isLedgerAway = false
    })
  }
  if (passage.isLedgerAway) throw new Error('The ledger is away')
}

/** On one line, and the same however it is written. */
const nameOf = (sql: string) =>
  /^(?:begin|commit|rollback|select|insert into|update|delete from|with)\b[^,(]*/
    .exec(sql.toLowerCase().replaceAll('"', '').replaceAll(/\s+/g, ' ').trim())?.[0]
    .slice(0, 40)
    .trim() ?? 'statement'

/** What pg is asked: a text, or an object that holds it beside its values. */
const textOf = (asked: unknown) =>
  typeof asked === 'object' && asked !== null && 'text' in asked ? asked.text : asked

for (const method of ['all', 'run'] as const) {
  const original = StatementSync.prototype[method] as (...parameters: unknown[]) => unknown
  Object.assign(StatementSync.prototype, {
    [method](this: StatementSync, ...parameters: unknown[]) {
      const name = nameOf(this.sourceSQL)
      const passage = passageOfStatement(this.sourceSQL)
      pass(`before ${name}`, passage)
      maybeLoseEnd(name)
      const result = original.apply(this, parameters)
      pass(`after ${name}`, passage)
      return result
    },
  })
}

const query = pg.Client.prototype.query as (...parameters: unknown[]) => unknown
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...parameters: unknown[]) {
    const sql = textOf(parameters[0])
    const passage = typeof sql === 'string' ? passageOfStatement(sql) : undefined
    if (typeof sql !== 'string' || !passage) return query.apply(this, parameters)
    const name = nameOf(sql)
    pass(`before ${name}`, passage)
    maybeLoseEnd(name)
    const result = query.apply(this, parameters)
    // The server has it and will carry it out, but the process dies before the answer.
    pass(`sent ${name}`, passage)
    return Promise.resolve(result).then((rows) => {
      pass(`after ${name}`, passage)
      return rows
    })
  },
})

const on = (channel: string, hear: (message: { request: { path?: string; method?: string } }) => void) =>
  subscribe(channel, (message) => hear(message as { request: object }))

on('undici:request:create', ({ request }) => {
  const passage = payments.getStore() ?? (request.path === '/events' ? telling : undefined)
  if (passage) passageOf.set(request, passage)
})
for (const [channel, step] of [
  ['undici:client:sendHeaders', 'before sending'],
  ['undici:request:bodySent', 'sent'],
  ['undici:request:headers', 'answered'],
  ['undici:request:trailers', 'read'],
] as const) {
  on(channel, ({ request }) => {
    const passage = passageOf.get(request)
    const path = request.path
      ?.replace(/^\/stores\/\w+/, '')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '{checkout}')
      .replaceAll(/\d+/g, (digits, at, all) => (all[at - 1] === '/' ? '{id}' : digits))
    if (!passage) return
    passage.isAnswered ||= step === 'read' && path === '/payments'
    pass(`${step} ${request.method} ${path}`, passage)
  })
}

on('http.server.request.start', ({ request }) => {
  const { headers } = request as { headers: Record<string, string | undefined> }
  const killAt = headers[killHeader]
  if (killAt === undefined) return payments.enterWith(undefined as never)
  const losesEnd = headers[loseEndHeader] !== undefined
  const passage: Passage = {
    passed: 0,
    killAt: Number(killAt),
    losesEnd,
    isLedgerAway: false,
    isAnswered: false,
    hasTold: false,
  }
  telling = headers[eventsHeader] === undefined ? undefined : passage
  passageOf.set(request, passage)
  payments.enterWith(passage)
})
on('http.server.response.finish', ({ request }) => {
  const passage = passageOf.get(request)
  if (passage) pass('answer given', passage)
})
