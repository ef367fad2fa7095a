import type { Reading, StoreReadings } from './ask-store.ts'
import { type Finding, findingsOf } from './finding.ts'

const scopes = [
  { scope: 'store_v2_orders_read_only', reading: 'order', uiName: 'Orders: read-only' },
  {
    scope: 'store_v2_transactions_read_only',
    reading: 'transactions',
    uiName: 'Order transactions: read-only',
  },
  { scope: 'store_payments_methods_read', reading: 'methods', uiName: 'Get payment methods: read-only' },
] as const

/** Whether the store's token is valid, and which of the needed scopes it has. */
export function checkScopes(readings: StoreReadings, storeHash: string): Finding[] {
  const asked = scopes.map(({ reading }) => readings[reading])
  const statuses = asked.map(({ answer }) => answer?.status)
  const { ok, failure, notChecked } = findingsOf('store token')
  if (statuses.every((status) => status === undefined)) {
    return [
      notChecked(
        `BigCommerce did not answer (${asked[0]?.failure ?? 'unknown'}), so the token and its scopes were not checked.`,
      ),
    ]
  }
  if (statuses.includes(401)) {
    return [
      failure(
        'BigCommerce refuses the token (401).',
        'Set BIGCOMMERCE_ACCESS_TOKEN to the token of an existing API account. Deleting the account ends its token.',
      ),
    ]
  }
  if (statuses.every((status) => status === 403)) {
    return [
      failure(
        `BigCommerce refuses every read with this token (403). It is for another store than ${storeHash}, or has none of the scopes.`,
        'Compare BIGCOMMERCE_STORE_HASH with the API path of the account, then check its scopes (SECURITY.md).',
      ),
    ]
  }
  const isKnown = statuses.some((status) => status !== undefined && status < 500 && status !== 429)
  return [
    isKnown
      ? ok(`BigCommerce accepts the token for store ${storeHash}.`)
      : notChecked('The answers of BigCommerce do not show whether the token is valid.', tryAgain),
    ...scopes.map(({ scope, reading, uiName }) => scopeFinding(scope, uiName, readings[reading])),
    ...(readings.making ? [scopeFinding('store_checkout', 'Checkouts: modify', readings.making)] : []),
    notCheckedHere,
  ]
}

const tryAgain = 'Try again in a minute. See status.bigcommerce.com.'

function scopeFinding(scope: string, uiName: string, { answer, failure: why }: Reading): Finding {
  const { ok, failure, notChecked } = findingsOf(`scope ${scope}`)
  if (answer === null) return notChecked(`No answer (${why ?? 'unknown'}).`, tryAgain)
  if (answer.status === 403) {
    return failure('The token lacks this scope (403).', `Give its API account the scope "${uiName}".`)
  }
  if (answer.status === 429) return notChecked('The store has used up its API quota (429).', tryAgain)
  if (answer.status >= 500) return notChecked(`BigCommerce has a problem (${answer.status}).`, tryAgain)
  return ok('The token has this scope.')
}

/** No read needs this scope, and asking for an access token creates one. */
const notCheckedHere = findingsOf('scope store_payments_access_token_create').notChecked(
  'Only creating a payment access token would show it, and this program creates nothing.',
  'Check that the API account has "Create payments", then pay one order with a gateway in test mode.',
)
