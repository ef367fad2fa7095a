import type { Problem, WaitReason } from '@tillgate/client'

/** Why the result of a payment is not known yet. */
export type Doubt = WaitReason | 'needs_review'

export interface Words {
  readonly title: string
  readonly text: string
}

const chooseAnother = 'You have not been charged. You can try again or pay another way.'

/** What to do about a card whose bank wants 3-D Secure: cards that are stored passed that check when they were stored. */
const otherWay = 'Please use another card, one that you stored with us, or another way to pay.'

const DECLINES: Readonly<Record<number, Words>> = {
  30102: {
    title: 'The card could not be verified',
    text: `You have not been charged. Please check the number, the expiry date and the security code. If they are right, your bank wants to confirm the payment with you (3-D Secure), which this page cannot do. ${otherWay}`,
  },
  30103: { title: 'This card has expired', text: 'You have not been charged. Please use another card.' },
  30104: {
    title: 'Your bank declined the payment',
    text: `${chooseAnother} Your bank can tell you why.`,
  },
  30106: {
    title: 'Not enough funds',
    text: 'You have not been charged. Please pay another way.',
  },
  30107: {
    title: 'This account is no longer connected',
    text: 'You have not been charged. Please pay another way.',
  },
}

const PROBLEMS: Readonly<Record<string, Words>> = {
  payment_declined: { title: 'The payment was declined', text: chooseAnother },
  payment_authentication_required: {
    title: 'Your bank wants to confirm this payment with you',
    text: `This page cannot do that (3-D Secure). You have not been charged. ${otherWay}`,
  },
  amount_changed: {
    title: 'The amount of your order has changed',
    text: 'You have not been charged. Please check the new amount before you pay.',
  },
  checkout_not_ready: {
    title: 'Your cart cannot be ordered yet',
    text: 'You have not been charged. Please check your address, the way of shipping, and whether everything is in stock.',
  },
  instrument_not_found: { title: 'This card or account is no longer stored', text: chooseAnother },
  instrument_not_saved: {
    title: 'The card could not be saved',
    text: 'You have not been charged. You can pay without saving the card.',
  },
  invalid_request: {
    title: 'Some details are missing or wrong',
    text: 'You have not been charged. Please check what you entered.',
  },
  payment_rejected: { title: 'The details were not accepted', text: chooseAnother },
  velocity_blocked: {
    title: 'Too many attempts',
    text: 'You have not been charged. Please wait an hour before you try again, or ask the shop.',
  },
  merchant_configuration: {
    title: 'This way of paying does not work at the moment',
    text: 'You have not been charged. Please pay another way.',
  },
  upstream_unavailable: {
    title: 'The payment could not be started',
    text: 'You have not been charged. Please try again in a moment.',
  },
}

const anyProblem: Words = {
  title: 'The payment could not be made',
  text: 'You have not been charged. Please try again in a moment, or pay another way.',
}
const tooMany: Words = {
  title: 'Too many attempts',
  text: 'This attempt was not charged. Please wait a while, or pay another way.',
}

/** What a shopper is told when a payment failed. The API's `detail` is for developers. */
export function wordsOf({ code, status, bigcommerce_code }: Problem): Words {
  const decline = code === 'payment_declined' ? DECLINES[bigcommerce_code ?? 0] : undefined
  return decline ?? PROBLEMS[code] ?? (status === 429 ? tooMany : anyProblem)
}

export interface WaitingWords extends Words {
  /** What the shopper must not do; null where it would do no harm. */
  readonly urgent: string | null
  /** What happens next. */
  readonly next: string
}

const DOUBTS: Readonly<Record<Exclude<Doubt, 'busy'>, string>> = {
  lost: 'The connection was lost before we got the answer.',
  processing: 'Your payment is being processed.',
  pending: 'Your payment was accepted, but it is not complete yet.',
  unknown: 'We do not know yet whether it went through.',
  needs_review: 'A person at the shop is checking it.',
}

const notStarted: WaitingWords = {
  title: 'Your payment has not started yet',
  urgent: null,
  text: 'Nothing has been charged.',
  next: 'We try again by ourselves. You need not do anything.',
}

const longTries = 8

/** `freeAtLatest`: when the order can be paid again at the latest, where the service says so (ISO 8601). */
export function wordsOfDoubt(doubt: Doubt, tries: number, freeAtLatest: string | null): WaitingWords {
  if (doubt === 'busy') return notStarted
  const late = tries < longTries ? '' : ' This takes longer than usual.'
  const until =
    freeAtLatest === null ? '' : ` If nothing was charged, you can pay again by ${timeOf(freeAtLatest)}.`
  const looks =
    doubt === 'needs_review' ? 'We will email you what came of it.' : 'We keep checking, and show it here.'
  return {
    title: 'We are checking your payment',
    urgent: 'Please do not pay again.',
    text: `${DOUBTS[doubt]}${late}`,
    next: `${looks}${until} You can close this page: we will email you. You cannot be charged twice for this order.`,
  }
}

const timeOf = (iso: string) =>
  new Date(iso).toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' })
