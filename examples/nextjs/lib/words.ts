import type { TillgateProblem } from '@tillgate/client'

/** What a shopper is told when a payment was refused. `detail` of a problem is for developers. */
export function wordsOf({ code, problem }: TillgateProblem): string {
  switch (code) {
    case 'payment_declined':
      return 'Your bank declined the payment. Nothing was charged. You can pay another way.'
    case 'payment_authentication_required':
      return 'Your bank asks for a check that this shop cannot do. Nothing was charged. Please use another card.'
    case 'amount_changed':
      return 'The amount has changed. Nothing was charged. Please look at it before you pay.'
    case 'checkout_not_ready':
      return 'Something is missing, such as your address, or is out of stock. Nothing was charged.'
    case 'order_payment_in_progress':
      return 'Another payment of this order did not go through. You can pay now.'
    case 'invalid_request':
      return `Please check the details${fieldsOf(problem.errors ?? [])}. Nothing was charged.`
    default:
      // Codes may be added at any time.
      return 'The payment was not made. Nothing was charged. Please try again, or pay another way.'
  }
}

const NAMES: Readonly<Record<string, string>> = {
  number: 'card number',
  cardholder_name: 'name',
  expiry_month: 'expiry date',
  expiry_year: 'expiry date',
  verification_value: 'security code',
}

/** JSON pointers such as `/payment/instrument/number`, as the shopper calls them. */
function fieldsOf(errors: readonly { readonly pointer: string }[]): string {
  const names = errors.flatMap(({ pointer }) => NAMES[pointer.split('/').at(-1) ?? ''] ?? [])
  return names.length === 0 ? '' : `: ${[...new Set(names)].join(', ')}`
}
