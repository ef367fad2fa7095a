/** What a caller may do next: send the same key again, send a new key, wait as told and then ask again, or stop. */
export const RETRY_ADVICE = ['same_key', 'new_key', 'after', 'never'] as const
export type RetryAdvice = (typeof RETRY_ADVICE)[number]

export interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly retry: RetryAdvice
  /** The public sentence, unless the one who raises the problem has a truer one. */
  readonly detail: string
  /** For the documentation: what the integrator does about it. */
  readonly remedy: string
}

/** Where each problem is documented; `type` is this followed by the code (RFC 9457 §3.1.1). */
export const PROBLEM_TYPE_BASE = 'https://tillgate.dev/problems#'

/**
 * Every way this service says no. The error handler, the OpenAPI document, docs/problems.md and the tests all
 * read this table; `retry: same_key` and `after` promise that the same key is not spent.
 */
export const PROBLEMS = {
  malformed_request: {
    status: 400,
    title: 'The request could not be read',
    retry: 'new_key',
    detail: 'The request is not well-formed HTTP or JSON.',
    remedy: 'Send valid HTTP/1.1 with a body of valid JSON.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retry: 'new_key',
    detail: 'Some fields are missing or not as they should be.',
    remedy:
      'Each entry of `errors` points to a field and says what it must be. Nothing was sent to BigCommerce.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'An Idempotency-Key is required',
    retry: 'new_key',
    detail: 'Send an Idempotency-Key header, new for each payment a shopper means to make.',
    remedy: 'Make one key (a UUID) per intent to pay, keep it, and send it again with each retry.',
  },
  idempotency_key_invalid: {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    retry: 'new_key',
    detail: 'Send exactly one Idempotency-Key of 16 to 255 letters, digits, hyphens or underscores.',
    remedy: 'Use a UUID. A proxy or a client that adds the header a second time must stop doing so.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid caller token is required',
    retry: 'same_key',
    detail: 'Send a valid, unexpired caller token as Authorization: Bearer.',
    remedy: 'Mint a new caller token and send the same request, with the same key, again.',
  },
  webhook_unverified: {
    status: 401,
    title: 'The webhook is not verified',
    retry: 'never',
    detail: 'The delivery has no valid, recent signature of BigCommerce for this store.',
    remedy: 'For the operator: check `BIGCOMMERCE_CLIENT_SECRET` and the clock of this machine.',
  },
  payment_declined: {
    status: 402,
    title: 'The payment was declined',
    retry: 'new_key',
    detail: 'The payment was declined. Nothing was charged.',
    remedy: 'Let the shopper correct the details or choose another instrument, and pay with a new key.',
  },
  payment_not_charged: {
    status: 402,
    title: 'The payment did not go through',
    retry: 'new_key',
    detail: 'Its answer was lost, and BigCommerce has no trace of it. Nothing was charged.',
    remedy: 'Let the shopper pay again, with a new key.',
  },
  payment_authentication_required: {
    status: 402,
    title: 'The card needs the shopper to authenticate',
    retry: 'new_key',
    detail: 'The card issuer asks for a 3-D Secure challenge, which a server cannot do. Nothing was charged.',
    remedy: 'Send the shopper to the hosted checkout, or use a card stored there.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The caller token does not allow this',
    retry: 'never',
    detail: 'The caller token lacks the scope that this operation needs.',
    remedy: 'Listing methods needs `payments:read`, paying needs `payments:write`.',
  },
  save_instrument_not_allowed: {
    status: 403,
    title: 'Only a signed-in customer may store an instrument',
    retry: 'new_key',
    detail: 'save_instrument needs a caller token that names a signed-in customer.',
    remedy: 'Leave `save_instrument` out for guests, or mint the caller token with `customer_id`.',
  },
  route_not_found: {
    status: 404,
    title: 'There is nothing here',
    retry: 'never',
    detail: 'No operation has this method and path.',
    remedy: 'See the OpenAPI document for the operations.',
  },
  order_not_found: {
    status: 404,
    title: 'Order not found',
    retry: 'never',
    detail: 'There is no such order, or it is not yours.',
    remedy: 'Check the order id and what the caller token names: `order_ids`, `customer_id` or `orders:any`.',
  },
  payment_not_found: {
    status: 404,
    title: 'Payment not found',
    retry: 'never',
    detail: 'This order has no payment with this id.',
    remedy: 'List the payments of the order.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    retry: 'same_key',
    detail: 'The request was not received completely in time.',
    remedy: 'Send it again with the same key.',
  },
  request_in_progress: {
    status: 409,
    title: 'This very payment is under way',
    retry: 'after',
    detail: 'A request with this Idempotency-Key is being worked on.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key to learn its end.',
  },
  order_payment_in_progress: {
    status: 409,
    title: 'A payment of this order is under way',
    retry: 'after',
    detail: 'Another payment of this order has not ended yet. Do not pay again.',
    remedy: 'Wait for its end. A payment whose outcome is unknown holds the order until it is known.',
  },
  order_already_paid: {
    status: 409,
    title: 'The order is paid',
    retry: 'never',
    detail: 'This order has been paid.',
    remedy: 'Show the shopper the confirmation.',
  },
  order_not_payable: {
    status: 409,
    title: 'The order cannot be paid',
    retry: 'never',
    detail: 'BigCommerce takes payment only for incomplete orders made by its checkout or orders API.',
    remedy: 'Create the order with `status_id: 0`; do not set a paid order back to 0.',
  },
  amount_changed: {
    status: 409,
    title: 'The amount is not what was expected',
    retry: 'new_key',
    detail: 'The amount to be charged differs from the one expected. Nothing was charged.',
    remedy: 'Read the order again, show the shopper the new amount, and pay with a new key.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    retry: 'new_key',
    detail: 'The request body is larger than this service takes.',
    remedy: 'A payment fits into 16 kB.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    retry: 'new_key',
    detail: 'Send the body as application/json.',
    remedy: 'Set Content-Type: application/json.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    retry: 'new_key',
    detail: 'This Idempotency-Key was used with a different order or body.',
    remedy: 'Make a new key whenever anything about the payment changes.',
  },
  instrument_not_found: {
    status: 422,
    title: 'The stored instrument was not found',
    retry: 'new_key',
    detail: 'The stored instrument is not one of this shopper. Nothing was charged.',
    remedy: 'Read the payment methods again and use one of their `stored_instruments`.',
  },
  instrument_not_saved: {
    status: 422,
    title: 'The instrument could not be saved',
    retry: 'new_key',
    detail: 'BigCommerce could not store the card and refused the payment. Nothing was charged.',
    remedy: 'Check the card details, or pay without `save_instrument`.',
  },
  payment_rejected: {
    status: 422,
    title: 'BigCommerce refused the payment data',
    retry: 'new_key',
    detail: 'BigCommerce found the payment data missing or incorrect. Nothing was charged.',
    remedy: 'Check that the instrument fits the payment method: see `accepts` of the payment methods.',
  },
  quota_exceeded: {
    status: 429,
    title: 'Too many requests',
    retry: 'after',
    detail: 'This client has used up its allowance of requests. Nothing was charged by this request.',
    remedy:
      'Wait as Retry-After says; `RateLimit` and `RateLimit-Policy` tell of each allowance. A server that calls for many shoppers needs higher limits: see the configuration.',
  },
  payment_rate_limited: {
    status: 429,
    title: "The store's allowance of payments is used up",
    retry: 'after',
    detail: 'BigCommerce takes no more payments of this store in time. Nothing was charged by this request.',
    remedy:
      'Wait as Retry-After says, then send the same request with the same key. `violated-policies` names the allowance, `RateLimit` tells how it stands.',
  },
  velocity_blocked: {
    status: 429,
    title: 'Too many payments have failed',
    retry: 'after',
    detail: 'No more payments are taken here for now. Nothing was charged.',
    remedy:
      'Wait as Retry-After says. These are the limits against card testing: attempts on one order, and declines of one caller and of one client address. A server that pays for many shoppers must forward their addresses (`TRUST_PROXY`).',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    retry: 'new_key',
    detail: 'The request headers are larger than this service takes.',
    remedy: 'Send a smaller caller token and no unneeded headers.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    retry: 'same_key',
    detail: 'An unexpected error. A payment is safe to repeat with the same key.',
    remedy: 'Send the same request with the same key; report the `request_id` if it goes on.',
  },
  upstream_refused: {
    status: 502,
    title: 'BigCommerce refused this service',
    retry: 'same_key',
    detail: "BigCommerce did not accept this service's credentials or request. Nothing was charged.",
    remedy: 'For the operator: check the store hash, the access token and its OAuth scopes.',
  },
  upstream_unusable: {
    status: 502,
    title: 'BigCommerce answered something unusable',
    retry: 'same_key',
    detail: 'BigCommerce answered something that cannot be relied on. Nothing was charged.',
    remedy: 'Try again with the same key; report the `request_id` if it goes on.',
  },
  merchant_configuration: {
    status: 502,
    title: "The store's payment settings are incomplete",
    retry: 'new_key',
    detail: 'The store cannot take this payment as it is configured. Nothing was charged.',
    remedy: 'For the merchant: check the payment gateway and stored-card settings. Another method may work.',
  },
  upstream_unavailable: {
    status: 503,
    title: 'BigCommerce cannot be reached',
    retry: 'same_key',
    detail: 'BigCommerce could not be reached or failed. Nothing was charged.',
    remedy: 'Try again with the same key.',
  },
  upstream_busy: {
    status: 503,
    title: 'BigCommerce is busy',
    retry: 'after',
    detail: 'BigCommerce takes no more requests of this store for a moment. Nothing was charged.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key.',
  },
  identity_unavailable: {
    status: 503,
    title: 'Caller tokens cannot be verified',
    retry: 'same_key',
    detail: "The keys of the tokens' issuer cannot be fetched. Nothing was charged by this request.",
    remedy: 'Try again with the same key. For the operator: check `AUTH_JWKS_URL`.',
  },
  store_unavailable: {
    status: 503,
    title: 'The ledger cannot be reached',
    retry: 'same_key',
    detail: 'Without its database this service pays nothing. Nothing was charged by this request.',
    remedy: 'Try again with the same key.',
  },
  overloaded: {
    status: 503,
    title: 'This instance has too much to do',
    retry: 'after',
    detail: 'This instance takes no more requests for a moment. Nothing was charged by this request.',
    remedy: 'Wait as Retry-After says, then send the same request with the same key.',
  },
  shutting_down: {
    status: 503,
    title: 'This instance is shutting down',
    retry: 'same_key',
    detail: 'This instance takes no new requests. Nothing was charged by this request.',
    remedy: 'Try again with the same key; another instance will answer.',
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof PROBLEMS
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]
