/** What a caller may do next: send the same key again, take a new key, wait as told and ask again, or stop. */
export const RETRY_ADVICE = ['same_key', 'new_key', 'after', 'never'] as const
export type RetryAdvice = (typeof RETRY_ADVICE)[number]

export interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly retry: RetryAdvice
  /** What the caller is told, where the code that throws the problem has nothing more precise. */
  readonly detail: string
  /** For the documentation: what to do about it. */
  readonly remedy: string
}

/** Where each problem is documented; `type` is this followed by the code (RFC 9457 §3.1.1). */
export const PROBLEM_TYPE_BASE = 'https://tillgate.dev/problems#'

/**
 * Every way in which this service says no. The error handler, the OpenAPI document, docs/problems.md and the tests read this
 * table. `retry: same_key` and `after` promise that the same key can be used again.
 */
export const PROBLEMS = {
  malformed_request: {
    status: 400,
    title: 'The request could not be read',
    retry: 'new_key',
    detail: 'The request is not well-formed HTTP or JSON.',
    remedy: 'Send HTTP/1.1 with a body of valid JSON.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retry: 'new_key',
    detail: 'Some fields are missing or wrong; `errors` says which.',
    remedy:
      'Each entry of `errors` points to a field and says what it must be. Nothing was sent to BigCommerce.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'An Idempotency-Key is required',
    retry: 'new_key',
    detail:
      'The Idempotency-Key header is missing. Make a new key for each payment that a shopper means to make.',
    remedy:
      'Make one key (a UUID) for each payment that a shopper means to make. Keep it, and send it again with every retry of that payment.',
  },
  idempotency_key_invalid: {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    retry: 'new_key',
    detail:
      'Send exactly one Idempotency-Key of 16 to 255 letters, digits, hyphens or underscores, and no card number in it.',
    remedy: 'Use a UUID. If a proxy or a client adds the header a second time, it must stop doing so.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid caller token is required',
    retry: 'same_key',
    detail: 'The caller token is missing, expired or not valid. Send a valid one as Authorization: Bearer.',
    remedy: 'Get a new caller token and send the same request, with the same key, again.',
  },
  webhook_unverified: {
    status: 401,
    title: 'The webhook is not verified',
    retry: 'never',
    detail: 'The delivery carries no valid, recent signature by BigCommerce for this store.',
    remedy: 'For the operator: check `BIGCOMMERCE_CLIENT_SECRET` and the clock of this machine.',
  },
  payment_declined: {
    status: 402,
    title: 'The payment was declined',
    retry: 'new_key',
    detail: 'The payment was declined. Nothing was charged.',
    remedy: 'Let the shopper correct the details or choose another way to pay, and pay with a new key.',
  },
  payment_not_charged: {
    status: 402,
    title: 'The payment did not go through',
    retry: 'new_key',
    detail:
      'The answer to this payment was lost, and BigCommerce shows no charge for it. The shopper can pay again.',
    remedy: 'Let the shopper pay again, with a new key.',
  },
  payment_authentication_required: {
    status: 402,
    title: 'The shopper must confirm the payment with the bank',
    retry: 'new_key',
    detail:
      'The bank asks the shopper to confirm the payment (3-D Secure), which cannot be done here. Nothing was charged.',
    remedy: 'Send the shopper to the hosted checkout, or let them use a card that is stored there.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The caller token does not allow this',
    retry: 'never',
    detail: 'The caller token lacks the scope that this operation needs.',
    remedy:
      'Listing payment methods and payments needs `payments:read`, paying needs `payments:write`. A payment with `is_recurring` needs `payments:recurring` and `orders:any` as well.',
  },
  route_not_found: {
    status: 404,
    title: 'There is nothing here',
    retry: 'never',
    detail: 'There is no operation with this method and path.',
    remedy: 'The OpenAPI document lists the operations.',
  },
  order_not_found: {
    status: 404,
    title: 'Order not found',
    retry: 'never',
    detail: 'There is no such order, or this caller may not see it.',
    remedy:
      'Check the order id, and what the caller token names: `order_ids`, `checkout_ids`, `customer_id` or `orders:any`.',
  },
  checkout_not_found: {
    status: 404,
    title: 'Checkout not found',
    retry: 'never',
    detail: 'There is no such checkout, or this caller may not see it.',
    remedy:
      'Check the checkout id, and what the caller token names: `checkout_ids`, `customer_id` or `orders:any`. A checkout is gone once it is paid; its order says so.',
  },
  payment_not_found: {
    status: 404,
    title: 'Payment not found',
    retry: 'never',
    detail: 'This order has no payment with this id.',
    remedy: 'List the payments of the order to see their ids.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    retry: 'same_key',
    detail: 'The request did not arrive completely in time. Send it again.',
    remedy: 'Send it again with the same key.',
  },
  request_in_progress: {
    status: 409,
    title: 'This payment is in progress',
    retry: 'after',
    detail: 'An earlier request with this Idempotency-Key is still running. Wait, then ask again.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key to learn the result.',
  },
  order_payment_in_progress: {
    status: 409,
    title: 'Another payment for this order is in progress',
    retry: 'after',
    detail: 'Another payment for this order has no result yet. Do not pay again.',
    remedy: 'Wait for its result. While the outcome of a payment is unknown, its order cannot be paid again.',
  },
  order_already_paid: {
    status: 409,
    title: 'The order is paid',
    retry: 'never',
    detail: 'This order has already been paid.',
    remedy: 'Show the shopper the confirmation.',
  },
  order_not_payable: {
    status: 409,
    title: 'The order cannot be paid',
    retry: 'never',
    detail: 'BigCommerce takes payments only for incomplete orders that its checkout or its orders API made.',
    remedy: 'Create the order with `status_id: 0`. Do not set a paid order back to 0.',
  },
  amount_changed: {
    status: 409,
    title: 'The amount is not what was expected',
    retry: 'new_key',
    detail: 'The amount to be charged is not the one that was expected. Nothing was charged.',
    remedy:
      '`amount` and `currency` say what would be charged. Show the shopper the new amount, and pay with a new key.',
  },
  payment_not_resolvable: {
    status: 409,
    title: 'The payment cannot be resolved like this',
    retry: 'never',
    detail: 'What is known of the payment contradicts this decision.',
    remedy:
      'For the operator: `detail` says what contradicts the decision, and from when on it can be made. `payments show` tells the story of the payment.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    retry: 'new_key',
    detail: 'The request body is larger than this service accepts.',
    remedy: 'Send no more than 16 kB; a payment needs less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    retry: 'new_key',
    detail: 'Send the body as application/json.',
    remedy: 'Set Content-Type: application/json.',
  },
  checkout_not_ready: {
    status: 422,
    title: 'The checkout cannot become an order yet',
    retry: 'new_key',
    detail:
      'BigCommerce makes no order of this checkout as it is: something is missing, or has run out. Nothing was charged.',
    remedy:
      'Complete the checkout at BigCommerce: billing address, shipping option, stock. Then pay with a new key.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    retry: 'new_key',
    detail: 'This Idempotency-Key was already used for a different order or body. Use a new one.',
    remedy: 'Make a new key whenever anything about the payment changes.',
  },
  instrument_not_found: {
    status: 422,
    title: 'The stored instrument was not found',
    retry: 'new_key',
    detail: 'This shopper has no such stored instrument. Nothing was charged.',
    remedy: 'Read the payment methods again and use one of their `stored_instruments`.',
  },
  instrument_not_saved: {
    status: 422,
    title: 'The instrument could not be saved',
    retry: 'new_key',
    detail: 'BigCommerce could not store the card, so it refused the payment. Nothing was charged.',
    remedy: 'Check the card details, or pay without `save_instrument`.',
  },
  payment_rejected: {
    status: 422,
    title: 'BigCommerce refused the payment data',
    retry: 'new_key',
    detail: 'BigCommerce says that payment data is missing or wrong. Nothing was charged.',
    remedy:
      'Check that the instrument fits the payment method: the payment methods list what each one `accepts`.',
  },
  quota_exceeded: {
    status: 429,
    title: 'Too many requests',
    retry: 'after',
    detail:
      'This client has sent too many requests. Wait, then try again. Nothing was charged by this request.',
    remedy:
      'Wait as Retry-After says. `RateLimit` and `RateLimit-Policy` describe each limit. A server that calls for many shoppers needs higher limits: see the configuration.',
  },
  payment_rate_limited: {
    status: 429,
    title: "The store's limit of payments is reached",
    retry: 'after',
    detail:
      'The store has reached its limit of payments for the moment. Wait, then try again. Nothing was charged by this request.',
    remedy:
      'Wait as Retry-After says, then send the same request with the same key. `violated-policies` names the limit, `RateLimit` says how much of it is left.',
  },
  velocity_blocked: {
    status: 429,
    title: 'Too many payments were declined, or are being made at once',
    retry: 'after',
    detail: 'Too many payments were declined, so no more are taken for now. Nothing was charged.',
    remedy:
      'Wait as Retry-After says. These are the limits against card testing: declines on one order, of one caller, and from one client address; and payments of one caller or address that are running at the same moment. A server that pays for many shoppers must pass on their addresses (`TRUST_PROXY`).',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    retry: 'new_key',
    detail: 'The request headers are larger than this service accepts.',
    remedy: 'Send a smaller caller token, and only the headers that are needed.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    retry: 'same_key',
    detail: 'An unexpected error. It is safe to send the same payment again with the same key.',
    remedy: 'Send the same request with the same key. If it fails again, report the `request_id`.',
  },
  upstream_refused: {
    status: 502,
    title: 'BigCommerce refused this service',
    retry: 'same_key',
    detail:
      "BigCommerce did not accept this service's credentials, or its request. Nothing was charged by this request.",
    remedy: 'For the operator: check the store hash, the access token and its OAuth scopes.',
  },
  upstream_unusable: {
    status: 502,
    title: 'BigCommerce gave an answer that cannot be used',
    retry: 'same_key',
    detail:
      'BigCommerce gave an answer that this service cannot rely on. Nothing was charged by this request.',
    remedy: 'Try again with the same key. If it fails again, report the `request_id`.',
  },
  merchant_configuration: {
    status: 502,
    title: "The store's payment settings are incomplete",
    retry: 'new_key',
    detail: "The store's payment settings do not allow this payment. Nothing was charged.",
    remedy:
      'For the merchant: check the payment gateway and the settings for stored cards. Another payment method may work.',
  },
  upstream_unavailable: {
    status: 503,
    title: 'BigCommerce cannot be reached',
    retry: 'same_key',
    detail: 'BigCommerce could not be reached, or failed. Nothing was charged by this request.',
    remedy: 'Try again with the same key.',
  },
  upstream_busy: {
    status: 503,
    title: 'BigCommerce is busy',
    retry: 'after',
    detail:
      'BigCommerce takes no more requests from this store for a moment. Wait, then try again. Nothing was charged by this request.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key.',
  },
  identity_unavailable: {
    status: 503,
    title: 'Caller tokens cannot be verified',
    retry: 'same_key',
    detail:
      'This service cannot fetch the keys that caller tokens are checked with. Nothing was charged by this request.',
    remedy: 'Try again with the same key. For the operator: check `AUTH_JWKS_URL`.',
  },
  store_unavailable: {
    status: 503,
    title: 'The database cannot be reached',
    retry: 'same_key',
    detail:
      'This service cannot reach its database, and takes no payments without it. Nothing was charged by this request.',
    remedy: 'Try again with the same key.',
  },
  overloaded: {
    status: 503,
    title: 'This instance is overloaded',
    retry: 'after',
    detail: 'This instance has too many requests. Wait, then try again. Nothing was charged by this request.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key.',
  },
  shutting_down: {
    status: 503,
    title: 'This instance is shutting down',
    retry: 'same_key',
    detail: 'This instance is shutting down and takes no new requests. Nothing was charged by this request.',
    remedy: 'Try again with the same key; another instance will answer.',
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof PROBLEMS
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]
