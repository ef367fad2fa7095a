'use client'

import {
  createTillgate,
  type Payment,
  type PaymentMethod,
  type PaymentRequest,
  PaymentUnresolved,
  TillgateProblem,
} from '@tillgate/client'
import { useEffect, useRef, useState } from 'react'
import { type Due, type Payable, type PayableId, payableOf } from './payable'
import { wordsOf } from './words'

export type Standing =
  | { readonly kind: 'loading' }
  | {
      readonly kind: 'payable'
      readonly methods: readonly PaymentMethod[]
      readonly due: Due
      /** What became of the last try; empty before it. */
      readonly notice: string
    }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'paid'; readonly payment: Payment | null }
  | { readonly kind: 'closed' }
  /** There is none, or it is another's. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable' }

/** The page keeps asking as long as it is open. */
const longestVisitMs = 24 * 60 * 60 * 1_000
const pauseMs = 3_000

/** Takes a cart, or an order, to paid: what is shown follows `standing`. */
export function useCheckout(payableId: PayableId, tillgateUrl: string) {
  const [standing, setStanding] = useState<Standing>({ kind: 'loading' })
  const opened = useRef<Payable | null>(null)
  opened.current ??= payableOf(
    createTillgate({
      baseUrl: tillgateUrl,
      token: () => fetchCallerToken(payableId),
      // Keeps the key of a payment until it has ended, so a reload, or a new tab, goes on with the same payment. No card is kept.
      storage: keyStorage,
    }),
    payableId,
  )
  const payable = opened.current
  const waiting = { maxWaitMs: longestVisitMs, onWaiting: () => setStanding({ kind: 'waiting' }) }

  /** Looks how it stands until the shopper can do something, and says what was the matter before. */
  async function follow(notice: string, signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const next = await look(payable, notice).catch((): Standing => ({ kind: 'unreachable' }))
      if (signal?.aborted) return
      setStanding(next)
      if (next.kind !== 'waiting' && next.kind !== 'unreachable') return
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a cart or an order.
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    // A payment from before a reload is followed first; `null` means that there is none.
    payable
      .resume({ ...waiting, signal })
      .catch(() => null)
      .then(async (payment) => {
        if (payment?.status === 'success') setStanding({ kind: 'paid', payment })
        else
          await follow(payment === null ? '' : 'The payment did not go through. Nothing was charged.', signal)
      })
    return () => leaving.abort()
  }, [payableId])

  async function pay(payment: PaymentRequest['payment'], due: Due): Promise<void> {
    try {
      setStanding({ kind: 'paid', payment: await payable.pay(payment, due.amount, waiting) })
    } catch (error) {
      if (!(error instanceof TillgateProblem || error instanceof PaymentUnresolved)) throw error
      const isPaid = error instanceof TillgateProblem && error.code === 'order_already_paid'
      await follow(error instanceof TillgateProblem && !isPaid ? wordsOf(error) : '')
    }
  }

  return { standing, pay }
}

/** How it stands now. Looking pays nothing, and makes no order. */
async function look(payable: Payable, notice: string): Promise<Standing> {
  try {
    const { methods, due } = await payable.list()
    if (!due.payable) return { kind: 'waiting' }
    return { kind: 'payable', methods, due, notice }
  } catch (error) {
    if (!(error instanceof TillgateProblem)) throw error
    if (error.code === 'order_not_found' || error.code === 'checkout_not_found') return { kind: 'missing' }
    const isPaid = error.code === 'order_already_paid'
    if (!isPaid && error.retry !== 'never') throw error
    const payment = (await payable.payments()).find(({ status }) => status === 'success') ?? null
    return isPaid || payment ? { kind: 'paid', payment } : { kind: 'closed' }
  }
}

async function fetchCallerToken(payableId: PayableId): Promise<string> {
  const answer = await fetch('/api/caller-token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ payable_id: payableId }),
  })
  if (!answer.ok) throw new Error(`The shop answered ${answer.status}.`)
  return ((await answer.json()) as { token: string }).token
}

/** `localStorage`, looked up when it is used: on the server, where the first HTML is made, there is none. */
const keyStorage = {
  getItem: (name: string) => localStorage.getItem(name),
  setItem: (name: string, value: string) => localStorage.setItem(name, value),
  removeItem: (name: string) => localStorage.removeItem(name),
}
