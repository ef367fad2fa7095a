import type { Problem, WaitReason } from '@tillgate/client'

/** Why the result of a payment is not known yet. */
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
    title: 'Your bank asks for an extra check',
    text: 'This shop cannot do that check. You have not been charged. Please pay another way.',
  },
  amount_changed: {
    title: 'The amount of your order has changed',
    text: 'You have not been charged. Please check the new amount before you pay.',
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

const DOUBTS: Readonly<Record<Doubt, string>> = {
  lost: 'The connection was lost before we got the answer.',
  processing: 'Your payment is being processed.',
  pending: 'Your payment was accepted, but it is not complete yet.',
  unknown: 'We do not know yet whether it went through.',
  needs_review: 'A person at the shop is checking your payment. We will email you.',
  busy: 'The shop is very busy. Nothing has been charged yet. We will continue in a moment.',
}

const longTries = 8

export const wordsOfDoubt = (doubt: Doubt, tries: number): string =>
  tries < longTries
    ? DOUBTS[doubt]
    : `${DOUBTS[doubt]} This takes longer than usual. You can close this page. We will email you when it is done.`
