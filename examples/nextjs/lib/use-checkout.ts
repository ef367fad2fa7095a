'use client'

import {
  createTillgate,
  type OrderDue,
  type Payment,
  type PaymentMethod,
  type PaymentRequest,
  PaymentUnresolved,
  type Tillgate,
  TillgateProblem,
} from '@tillgate/client'
import { useEffect, useRef, useState } from 'react'
import { wordsOf } from './words'

export type Standing =
  | { readonly kind: 'loading' }
  | {
      readonly kind: 'payable'
      readonly methods: readonly PaymentMethod[]
      readonly due: OrderDue
      /** What became of the last try; empty before it. */
      readonly notice: string
    }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'paid'; readonly payment: Payment | null }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable' }

/** The page keeps asking as long as it is open. */
const longestVisitMs = 24 * 60 * 60 * 1_000
const pauseMs = 3_000

/** Takes an order to its end: what is shown follows `standing`. */
export function useCheckout(orderId: number, tillgateUrl: string) {
  const [standing, setStanding] = useState<Standing>({ kind: 'loading' })
  const opened = useRef<Tillgate | null>(null)
  opened.current ??= createTillgate({
    baseUrl: tillgateUrl,
    token: () => fetchCallerToken(orderId),
    // Keeps the key of a payment until it has ended, so a reload, or a new tab, goes on with the same payment. No card is kept.
    storage: keyStorage,
  })
  const tillgate = opened.current
  const waiting = { maxWaitMs: longestVisitMs, onWaiting: () => setStanding({ kind: 'waiting' }) }

  /** Looks at the order until the shopper can do something, and says what was the matter before. */
  async function follow(notice: string, signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const next = await look(tillgate, orderId, notice).catch((): Standing => ({ kind: 'unreachable' }))
      if (signal?.aborted) return
      setStanding(next)
      if (next.kind !== 'waiting' && next.kind !== 'unreachable') return
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for an order.
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    // A payment from before a reload is followed first; `null` means that there is none.
    tillgate
      .resume(orderId, { ...waiting, signal })
      .catch(() => null)
      .then(async (payment) => {
        if (payment?.status === 'success') setStanding({ kind: 'paid', payment })
        else
          await follow(payment === null ? '' : 'The payment did not go through. Nothing was charged.', signal)
      })
    return () => leaving.abort()
  }, [orderId])

  async function pay(payment: PaymentRequest['payment'], due: OrderDue): Promise<void> {
    try {
      const request = { payment, expected_amount: due.amount }
      setStanding({ kind: 'paid', payment: await tillgate.payOrder(orderId, request, waiting) })
    } catch (error) {
      if (!(error instanceof TillgateProblem || error instanceof PaymentUnresolved)) throw error
      const isPaid = error instanceof TillgateProblem && error.code === 'order_already_paid'
      if (isPaid) setStanding({ kind: 'paid', payment: null })
      else await follow(error instanceof TillgateProblem ? wordsOf(error) : '')
    }
  }

  return { standing, pay }
}

/** How the order stands now. Looking pays nothing. */
async function look(tillgate: Tillgate, orderId: number, notice: string): Promise<Standing> {
  try {
    const { data: methods, meta } = await tillgate.listPaymentMethods(orderId)
    if (!meta.order.payable) return { kind: 'waiting' }
    return { kind: 'payable', methods, due: meta.order, notice }
  } catch (error) {
    if (!(error instanceof TillgateProblem)) throw error
    if (error.code === 'order_already_paid') return { kind: 'paid', payment: null }
    if (error.retry !== 'never') throw error
    const made = await tillgate.listPayments(orderId)
    const payment = made.find(({ status }) => status === 'success')
    return payment ? { kind: 'paid', payment } : { kind: 'closed' }
  }
}

async function fetchCallerToken(orderId: number): Promise<string> {
  const answer = await fetch('/api/caller-token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ order_id: orderId }),
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
