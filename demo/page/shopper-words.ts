import type { Problem, WaitReason } from '@tillgate/client'

/** Why the end of a payment is not known yet. */
export type Doubt = WaitReason | 'needs_review'

export interface Words {
  readonly title: string
  readonly text: string
}

const chooseAnother = 'You have not been charged. You can try again or pay another way.'

const DECLINES: Readonly<Record<number, Words>> = {
  30102: {
    title: 'The card could not be verified',
    text: 'You have not been charged. Please check the number, the expiry date and the security code.',
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
    title: 'Your bank wants to ask you first',
    text: 'This shop cannot pass its question on. You have not been charged. Please pay another way.',
  },
  amount_changed: {
    title: 'The amount of your order has changed',
    text: 'You have not been charged. Please look at the new amount before you pay.',
  },
  instrument_not_found: { title: 'This is no longer on file', text: chooseAnother },
  instrument_not_saved: {
    title: 'The card could not be saved',
    text: 'You have not been charged. You can pay without saving the card.',
  },
  invalid_request: {
    title: 'Something is not right yet',
    text: 'You have not been charged. Please check your details.',
  },
  payment_rejected: { title: 'The details were not accepted', text: chooseAnother },
  velocity_blocked: {
    title: 'Too many attempts',
    text: 'You have not been charged. Please wait an hour before you try again, or ask the shop.',
  },
  merchant_configuration: {
    title: 'The shop cannot take this way of paying now',
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
  text: 'You have not been charged by this one. Please wait a while, or pay another way.',
}

/** What a shopper is told when a payment did not happen. The API's own words are for developers. */
export function wordsOf({ code, status, bigcommerce_code }: Problem): Words {
  const decline = code === 'payment_declined' ? DECLINES[bigcommerce_code ?? 0] : undefined
  return decline ?? PROBLEMS[code] ?? (status === 429 ? tooMany : anyProblem)
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  lost: 'The connection was lost before we had the answer.',
  processing: 'Your payment is being worked on.',
  pending: 'Your payment has been accepted and is being finished.',
  unknown: 'The bank has not told us yet whether it went through.',
  needs_review: 'Somebody at the shop is looking into it. We will write to you.',
  busy: 'The shop is very busy; nothing has been charged yet. We will go on in a moment.',
}

const longTries = 8

export const wordsOfDoubt = (doubt: Doubt, tries: number): string =>
  tries < longTries
    ? DOUBTS[doubt]
    : `${DOUBTS[doubt]} This takes longer than usual. You may close this page: we will write to you when it is done.`
