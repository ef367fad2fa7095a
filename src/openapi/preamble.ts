const description = `Pays BigCommerce orders for storefronts and apps that must not hold the store's credentials.

An order is never charged twice, and no answer says anything untrue about a charge. Send an \`Idempotency-Key\`
with each payment, keep it, and send the same request again when an answer is lost. A 202 means that the payment is
not final yet: do not pay again, ask again.

## From a cart, or an order, to paid

1. \`GET …/payment-methods\` says what is due and what it can be paid with: of an order, or of a checkout that is no order yet.
2. When the shopper presses the button, make an \`Idempotency-Key\`, keep it, and send \`POST …/pay\` with the amount that was shown as
   \`expected_amount\`. For a checkout the service makes the order; \`order_id\` of the payment is its number.
3. **201**: paid. **202**: read the payment at \`Location\` with \`Prefer: wait=20\` until \`meta.retry\` is gone; then its \`status\` is the end.
   **409 \`order_already_paid\`**: paid too, by another tab or device. **No answer**: the same request, with the same key.

Errors are problem details (RFC 9457). Branch on \`code\`; \`retry\` says what to do next.

Operations that are marked \`x-optional\` are only there where the variable that it names is set.

## Versions

This document has the version of the service, by semantic versioning. Without a new major version (below 1.0.0: a
new minor version) nothing is removed, renamed or narrowed, and nothing new is required.

These may be added at any time, so your client must accept them: operations, optional fields of a request, fields of
an answer, more room for a text or a list, headers, statuses with a problem, and words of the sets that are marked as
open: \`code\`, instrument types and \`accepts\`, transaction types. So answers are open objects here, and those sets are no
enums. Where you do not know a \`code\`, follow \`retry\`. Ignore fields and instrument types that you do not know. A payment's
\`status\` and \`retry\` are closed.

Whatever is to be removed is marked \`deprecated\` for at least one release first. Each release keeps its document, and a
release whose document breaks the one before it says so in its version.`

/**
 * Relative to the document, which proxies may serve under a path prefix. Not part of the preamble: @fastify/swagger takes no
 * relative reference. Storefronts and apps call the service over the internet: it is not an internal server.
 */
export const servers = [
  {
    url: '.',
    description: 'The instance that serves this document: local, staging or production.',
    'x-internal': false,
  },
]

/** What the document says about the whole service. The routes say the rest. */
export const openapiPreamble = (version: string) => ({
  info: {
    title: 'Tillgate',
    version,
    description,
    contact: { name: 'Tillgate', url: 'https://tillgate.dev' },
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  tags: [
    { name: 'payments', description: 'What an order or a checkout can be paid with, and paying it.' },
    { name: 'webhooks', description: 'Where BigCommerce sends events, if an app is configured.' },
    { name: 'events', description: 'What is sent to your backend, where `EVENTS_URL` is set.' },
    { name: 'health', description: 'For orchestrators.' },
  ],
  components: {
    securitySchemes: {
      callerToken: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          "A JWT from the store's own issuer, checked by the best practices of RFC8725. It has `exp`, `sub`, `scope` (`payments:read`, `payments:write`; `payments:recurring` for payments without the shopper) and one of `order_ids`, `checkout_ids`, `customer_id` or the scope `orders:any`. BigCommerce's Current Customer JWT works too.",
      },
      webhookSignature: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'webhook-signature',
        description:
          "The Standard Webhooks scheme: an HMAC-SHA256 of `webhook-id`, `webhook-timestamp` and the body, with the app's client secret.",
      },
      eventSignature: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'webhook-signature',
        description:
          'The Standard Webhooks scheme: an HMAC-SHA256 of `webhook-id`, `webhook-timestamp` and the body, with `EVENTS_SECRET`. While that is replaced there are two signatures.',
      },
    },
  },
})
