export interface TestCard {
  readonly label: string
  readonly number: string
  readonly code?: string
}

/** Test numbers of the simulated gateways, and what happens with each. */
export const TEST_CARDS: readonly TestCard[] = [
  { label: 'Visa: paid', number: '4242424242424242' },
  { label: 'Mastercard: paid', number: '5555555555554444' },
  { label: 'American Express: paid', number: '378282246310005', code: '1234' },
  { label: 'Declined by the bank', number: '4000000000000002' },
  { label: 'Not enough funds', number: '4000000000009995' },
  { label: 'Details do not match', number: '4000000000000127' },
  { label: 'Expired', number: '4000000000000069' },
  { label: '3-D Secure needed', number: '4000000000003220' },
  { label: 'Cannot be saved', number: '4000000000300501' },
  { label: 'Pending, then paid', number: '4000000000202012' },
  { label: 'Pending, then declined', number: '4000000000202061' },
  { label: 'No clear answer, but charged', number: '4000000010100008' },
  { label: 'No clear answer, not charged', number: '4000000000000119' },
]

export const FAULTS: Readonly<Record<string, string>> = {
  none: 'nothing goes wrong',
  lost_answer: 'the answer is lost after the charge',
  slow_answer: 'the answer takes six seconds',
  pending: 'the payment stays pending for a while',
  unreachable: 'the payments host is away for 8 seconds',
}
