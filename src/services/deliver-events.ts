import type { Delivery, EventSender } from '../clients/events/send-event.ts'
import type { Clock } from '../domain/clock.ts'
import type { Log } from '../logging/log-entry.ts'
import type { EventOutbox } from '../stores/event-outbox.ts'
import type { LeasedEvent } from '../stores/outbox-rows.ts'
import type { BackgroundWork } from './reconciliation-loop.ts'

/** Sent at the same time by one instance, as long as the receiver answers. */
const placesMax = 16
/** How many of these may have failed before, so that failing events do not delay new ones. */
const againMax = 8
/** An event without an answer after this time hangs, and another may be sent in its place. */
const hangsAfterMs = 500
/** The same with those that hang, half of which may have failed before. Any receiver takes this many connections. */
export const EVENTS_OUT_MAX = 128
/** How often the outbox is asked while nothing is due. */
const pauseMs = 1_000
/** The first pause after a failure; each further one is twice as long, up to an hour, less up to a half at random. */
const firstPauseMs = 5_000
const pauseMsMax = 60 * 60_000
/** From the first try on. A receiver that is down from Friday evening to Monday morning misses nothing. */
const triedForMs = 3 * 24 * 60 * 60_000
/** A clock that jumps, or a service that is down for days, uses up the time. So there are this many tries too, which take most of a day. */
const triesMin = 24
/** How long a delivered event can still be repeated by a person. */
const keptForMs = 7 * 24 * 60 * 60_000
const sweepEveryMs = 60 * 60_000
/** How long stopping waits for answers. An event without one by then is left to another instance. */
const stopWithinMs = 3_000
/** If an instance stood still for this long since it leased an event, it does not send it: the answer could come after the lease. */
const staleMs = 15_000

export interface EventDeliveryOptions {
  readonly outbox: Pick<
    EventOutbox,
    'lease' | 'markDelivered' | 'markFailed' | 'deleteDelivered' | 'bringForward'
  >
  readonly send: EventSender['send']
  readonly now: Clock
  readonly random: () => number
  /** Waits, or ends at once when the signal does. */
  readonly sleep: (forMs: number, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** Sends what is in the outbox, until it is stopped. */
export function createEventDelivery(options: EventDeliveryOptions): BackgroundWork {
  const { outbox, send, now, random, sleep, log } = options
  const stopping = new AbortController()
  const givingUp = new AbortController()
  const running = new Map<Promise<void>, LeasedEvent & { readonly sentAtMs: number }>()
  let sweptAtMs = Number.NEGATIVE_INFINITY
  let loop = Promise.resolve()

  /** How many more may be sent, and how many of these may have failed before. */
  function room() {
    const out = [...running.values()]
    const prompt = out.filter(({ sentAtMs }) => now() - sentAtMs < hangsAfterMs)
    const outAgain = out.filter(isAgain).length
    return {
      places: Math.min(placesMax - prompt.length, EVENTS_OUT_MAX - out.length),
      again: Math.min(againMax - prompt.filter(isAgain).length, EVENTS_OUT_MAX / 2 - outAgain),
    }
  }
  const isFull = () => {
    const { places, again } = room()
    return places <= 0 || again <= 0
  }

  /** @returns whether more may be due than was taken. */
  async function takeDue(): Promise<boolean> {
    const { places, again } = room()
    if (places <= 0) return true
    const leased = await outbox.lease(places, Math.max(0, again))
    for (const event of leased) {
      const delivery = deliver(event)
      running.set(delivery, { ...event, sentAtMs: now() })
      void delivery.then(() => running.delete(delivery))
    }
    return leased.length === places || leased.filter(isAgain).length === again
  }

  async function deliver(event: LeasedEvent): Promise<void> {
    if (now() - event.leasedAtMs > staleMs) return
    const { paymentId, type: eventType, tries } = event
    try {
      const delivery = await send(event, givingUp.signal)
      if (delivery.kind === 'delivered') {
        await outbox.markDelivered(event.id)
        return log.info({ paymentId, eventType, status: delivery.status, tries }, 'event delivered')
      }
      await noteFailure(event, delivery)
    } catch (err) {
      // It is sent again when the lease ends.
      log.warn({ paymentId, eventType, err }, 'event delivery not recorded')
    }
  }

  async function noteFailure(event: LeasedEvent, delivery: Exclude<Delivery, { kind: 'delivered' }>) {
    if (delivery.kind === 'stopped') return outbox.markFailed(event, 'the service stopped', now())
    const { paymentId, type: eventType, tries } = event
    const nextTryAtMs = nextTryOf(event, now(), random)
    await outbox.markFailed(event, delivery.why, nextTryAtMs)
    const said = { paymentId, eventType, tries, status: delivery.status ?? undefined }
    if (nextTryAtMs === null) log.error(said, 'event given up')
    else log.warn(said, 'event not delivered')
  }

  /** One batch a round, until none is left. */
  async function sweep(): Promise<void> {
    const early = await outbox.bringForward(now() + 2 * pauseMsMax)
    if (early > 0) log.warn({ events: early }, 'events brought forward, the clock was set back')
    const deleted = await outbox.deleteDelivered(now() - keptForMs)
    if (deleted > 0) log.info({ deleted }, 'old events deleted')
    else sweptAtMs = now()
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const isMore = await round()
      if (isMore && !isFull()) continue
      const pause = new AbortController()
      const paused = sleep(isMore ? hangsAfterMs : pauseMs, AbortSignal.any([stopping.signal, pause.signal]))
      await (isMore ? Promise.race([paused, ...running.keys()]) : paused)
      pause.abort()
    }
  }

  async function round(): Promise<boolean> {
    try {
      const isMore = await takeDue()
      const sinceMs = now() - sweptAtMs
      // If the clock was ahead and was set back, some events are due only in the far future.
      if (sinceMs < 0 || sinceMs >= sweepEveryMs) await sweep()
      return isMore
    } catch (err) {
      log.error({ err }, 'event round failed')
      return false
    }
  }

  return {
    start() {
      loop = run()
    },
    async stop() {
      stopping.abort()
      await loop
      const answered = new AbortController()
      const patience = sleep(stopWithinMs, answered.signal).then(() => givingUp.abort())
      // Sends the events of the last payments too, if the receiver takes them at once.
      while ((await round()) && !givingUp.signal.aborted)
        if (isFull()) await Promise.race([patience, sleep(hangsAfterMs, givingUp.signal), ...running.keys()])
      await Promise.all(running.keys())
      answered.abort()
      await patience
    },
  }
}

const isAgain = ({ tries }: Pick<LeasedEvent, 'tries'>) => tries > 1

/** When a failed event is sent again; null to give it up. The last try is three days after the first, or later if there were few tries. */
export function nextTryOf(
  { tries, firstTriedAtMs }: Pick<LeasedEvent, 'tries' | 'firstTriedAtMs'>,
  nowMs: number,
  random: () => number,
): number | null {
  const untilMs = firstTriedAtMs + triedForMs
  const isOver = nowMs >= untilMs
  if (isOver && tries >= triesMin) return null
  const pauseMs = Math.min(firstPauseMs * 2 ** (tries - 1), pauseMsMax)
  const nextMs = Math.round(nowMs + pauseMs * (1 - random() / 2))
  return isOver ? nextMs : Math.min(untilMs, nextMs)
}
