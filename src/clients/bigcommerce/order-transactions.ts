import { earliest } from '../../domain/clock.ts'
import { currencyIn, type Money, nearestMoney } from '../../domain/money.ts'
import { Problem } from '../../domain/problem.ts'
import { isDone } from '../../domain/traces.ts'
import type { Transaction, TransactionsReading } from '../../domain/transaction.ts'
import {
  answeredAtMs,
  fieldsIn,
  isAbsent,
  momentIn,
  textIn,
  type UpstreamAnswer,
  wholeNumberIn,
  wordIn,
} from './exchange.ts'

/*
 * `GET /v3/orders/{id}/transactions`: all its pages, and whether that is all there is. The documented answer has
 * `meta.pagination`, the documented path has no parameters, so we go by what comes back. The reading is partial if anything may
 * hide an entry: a missing page, an entry that comes twice or cannot be understood, a wrong count, pages that shift while we
 * read them.
 */

export interface TransactionsRead {
  readonly orderId: number
  /** Reads one page; the query is '' for the first. @throws Problem when no answer came. */
  readonly read: (query: string) => Promise<UpstreamAnswer>
  /** What it means that the first page is refused. */
  readonly problemOf: (refusal: UpstreamAnswer) => Problem
}

/** Far more than any order has. It bounds a server whose pages never end. */
const pagesMax = 20
/** BigCommerce's page size, as far as we know. If the answer does not mention pages, this many entries may be only the first page. */
const pageSize = 50

/** @throws Problem when the first page cannot be read, or BigCommerce is busy. */
export async function readOrderTransactions(options: TransactionsRead): Promise<TransactionsReading> {
  const first = await readAllPages(options)
  // If pages shift, reading them again shows it.
  const again = first.showsAllVoids && first.pages > 1 ? await readAllPages(options) : first
  return {
    transactions: [...new Map([...first.entries, ...again.entries]).values()],
    isWhole: first.isWhole && again.isWhole && isSame(first.entries, again.entries),
    showsAllVoids: first.showsAllVoids && again.showsAllVoids && isSame(first.entries, again.entries),
    answeredAtMs: earliest([...first.dates, ...again.dates]),
  }
}

interface Sweep {
  readonly entries: Entries
  readonly pages: number
  readonly isWhole: boolean
  readonly showsAllVoids: boolean
  readonly dates: readonly (number | null)[]
}

async function readAllPages({ orderId, read, problemOf }: TransactionsRead): Promise<Sweep> {
  const answer = await read('')
  if (answer.status !== 200 && answer.status !== 204) throw problemOf(answer)
  const first = pageOf(answer, orderId)
  if (first === null) throw new Problem('upstream_unusable')
  const entries = new Map(first.entries)
  const pagesRead = [first]
  const dates = [answeredAtMs(answer)]
  const readPage = async (number: number) => {
    const limit = first.paging?.perPage ? `&limit=${first.paging.perPage}` : ''
    const next = await read(`?page=${number}${limit}`).catch(lostUnlessBusy)
    if (next) dates.push(answeredAtMs(next))
    return { page: next && pageOf(next, orderId), status: next?.status ?? null }
  }
  /** @returns whether all entries of the page were new, and whether any was. */
  const add = (page: Page) => {
    pagesRead.push(page)
    const before = entries.size
    for (const [key, transaction] of page.entries) entries.set(key, transaction)
    const added = entries.size - before
    return { isClean: page.isClean && added === page.entries.size, isNew: added > 0 }
  }

  let isComplete = first.isClean
  let pages = 1
  const { paging } = first
  if (paging !== null) {
    for (; pages < Math.min(paging.pages, pagesMax); pages++) {
      const { page } = await readPage(pages + 1)
      const { isClean, isNew } = page === null ? { isClean: false, isNew: true } : add(page)
      isComplete &&= isClean && page !== null && isNext(page.paging, paging, pages + 1)
      // The same entries again, so further pages would bring nothing new.
      if (!isNew) break
    }
    isComplete &&= pages === paging.pages && entries.size === (paging.total ?? entries.size)
    // It names a next page although it counts none. That is harmless if that page holds nothing new.
    if (pagesRead.at(-1)?.namesNext && pages < pagesMax) {
      const { page, status } = await readPage(pages + 1)
      isComplete &&= status === 404 || (page !== null && !add(page).isNew)
    }
  } else if (entries.size > 0) {
    // Nothing is said of pages: there may be another one.
    for (; ; pages++) {
      const { page, status } = await readPage(pages + 1)
      const isRefused = status !== null && noSuchPage.has(status) && !first.namesNext
      const knowsNoPages = pages === 1 && (isRefused || (page !== null && isSame(page.entries, entries)))
      if (knowsNoPages) isComplete &&= entries.size < pageSize
      if (knowsNoPages || page?.isEnd) break
      const { isClean, isNew } = page === null ? { isClean: false, isNew: false } : add(page)
      isComplete &&= isClean && pages < pagesMax
      if (!isNew || pages >= pagesMax) break
    }
  }
  const isWhole = isComplete && pagesRead.every(({ isUnderstood }) => isUnderstood)
  const showsAllVoids = isComplete && pagesRead.every((page) => page.showsAllVoids)
  return { entries, pages, isWhole, showsAllVoids, dates }
}

/** How a server says that it has no such page, or knows no pages. Any other refusal may hide one. */
const noSuchPage = new Set([400, 404, 422])

/** If a later page does not come, the reading is partial. If BigCommerce is busy, the whole reading is put off. */
function lostUnlessBusy(error: unknown): null {
  if (!(error instanceof Problem) || error.code === 'upstream_busy') throw error
  return null
}

/** Entries by what tells one from another. */
type Entries = ReadonlyMap<string, Transaction>
const keysOf = (entries: Entries) => JSON.stringify([...entries.keys()])
const isSame = (one: Entries, other: Entries) => keysOf(one) === keysOf(other)

interface Page {
  readonly entries: Entries
  /** Whether each entry is one of this order, and none came twice. */
  readonly isClean: boolean
  /** Whether each entry shows everything that may matter. */
  readonly isUnderstood: boolean
  /** Whether each entry that may be a void says whether it is done. */
  readonly showsAllVoids: boolean
  /** Whether it has no entries because there are no more. */
  readonly isEnd: boolean
  /** Whether it names a page after it, however its pages are counted. */
  readonly namesNext: boolean
  readonly paging: Paging | null
}

/** What an answer says of its pages. */
interface Paging {
  readonly pages: number
  readonly total: number | null
  readonly perPage: number | null
  readonly page: number | null
}

/** @returns null when it is no list. */
function pageOf({ status, json }: UpstreamAnswer, orderId: number): Page | null {
  const data = status === 204 ? [] : fieldsIn(json)?.data
  if ((status !== 200 && status !== 204) || !Array.isArray(data)) return null
  const read = data.map((entry: unknown) => entryOf(entry, orderId))
  const entries = new Map(read.flatMap(({ key, transaction }) => (transaction ? [[key, transaction]] : [])))
  return {
    entries,
    isClean: entries.size === data.length,
    isUnderstood: read.every(({ isClear }) => isClear),
    showsAllVoids: read.every(({ transaction }) => transaction !== null && !mayHideVoid(transaction)),
    isEnd: data.length === 0,
    namesNext: namesNext(json),
    paging: pagingOf(json),
  }
}

function pagingOf(json: unknown): Paging | null {
  const said = fieldsIn(fieldsIn(fieldsIn(json)?.meta)?.pagination)
  if (!said) return null
  const total = wholeNumberIn(said.total)
  const perPage = wholeNumberIn(said.per_page)
  const counted = total !== null && perPage !== null && perPage > 0 ? Math.ceil(total / perPage) : null
  const pages = wholeNumberIn(said.total_pages) ?? counted
  if (pages === null) return null
  return {
    pages: Math.max(1, pages, counted ?? 1),
    total,
    perPage,
    page: wholeNumberIn(said.current_page),
  }
}

/** In `pagination` or, as some of BigCommerce's lists have it, `cursor_pagination`. */
const namesNext = (json: unknown): boolean =>
  Object.values(fieldsIn(fieldsIn(json)?.meta) ?? {}).some(
    (paging) => !isAbsent(fieldsIn(fieldsIn(paging)?.links)?.next),
  )

/** Whether a page is the one that was asked for, of the list that the first one was of. */
const isNext = (paging: Paging | null, first: Paging, number: number): boolean =>
  paging !== null &&
  (paging.page ?? number) === number &&
  paging.total === first.total &&
  paging.pages === first.pages

/** The documented events and statuses, and the word that some gateways use for `ok`. For others we do not know whether money moved. */
const knownEvents = new Set(['purchase', 'authorization', 'capture', 'refund', 'void', 'pending', 'settled'])
const knownStatuses = new Set(['ok', 'success', 'error'])

/** Whether an entry may be a void of which it is not said whether it is done. */
const mayHideVoid = (entry: Transaction): boolean =>
  !knownEvents.has(entry.event) || (entry.event === 'void' && !isDone(entry) && entry.status !== 'error')

interface Entry {
  readonly key: string
  /** null when it is none of this order. */
  readonly transaction: Transaction | null
  /** Whether everything is there that may matter. */
  readonly isClear: boolean
}

function entryOf(entry: unknown, orderId: number): Entry {
  const fields = fieldsIn(entry)
  if (!fields || (wholeNumberIn(fields.order_id) ?? orderId) !== orderId)
    return { key: '', transaction: null, isClear: false }
  const id = wholeNumberIn(fields.id)
  const currency = currencyIn(fields.currency)
  const event = wordIn(fields.event)
  const transaction = {
    id,
    event,
    status: wordIn(fields.status),
    method: wordIn(fields.method),
    gatewayTransactionId: textIn(fields.gateway_transaction_id),
    money: moneyOf(event, currency === null ? null : nearestMoney(fields.amount, currency)),
    paymentMethodId: wordIn(fields.payment_method_id) || null,
    // Documented examples show `{}` where null is meant.
    referenceId: wholeNumberIn(fields.reference_transaction_id),
    createdAtMs: momentIn(fields.date_created),
  }
  return {
    // An entry without an id is told from others by what it says: one that comes twice must not count as two.
    key: id === null ? JSON.stringify(fields) : String(id),
    transaction,
    isClear:
      id !== null &&
      knownEvents.has(transaction.event) &&
      knownStatuses.has(transaction.status) &&
      (transaction.money !== null || saysEnoughWithoutAmount(transaction)),
  }
}

/** A refund may have a negative amount. A charge must be above zero; if it is not, we do not know what it is. */
function moneyOf(event: string, money: Money | null): Money | null {
  if (money === null || money.amount > 0) return money
  return event === 'refund' || event === 'void' ? { ...money, amount: -money.amount + 0 } : null
}

/** A failed row, a refund, and a void that names what it cancels hide no charge, whatever their amounts are. */
const saysEnoughWithoutAmount = ({ event, status, referenceId }: Transaction): boolean =>
  status === 'error' || event === 'refund' || (event === 'void' && referenceId !== null)
