const description = `Pays BigCommerce orders for storefronts and apps that must not hold the store's credentials.

An order is never charged twice, and nobody is told something untrue about a charge. Send an \`Idempotency-Key\`
with each payment, keep it, and send it again when an answer is lost. An answer of 202 means that the payment is
not final: do not pay again, ask again.

Errors are problem details (RFC 9457). Branch on \`code\`; \`retry\` says what to do next.

## Versions

The version of this document is that of the service, by semantic versioning. Without a new major version (below
1.0.0: a new minor version) nothing is taken away, renamed or narrowed, and nothing new is required.

What may be added at any time, so that a client must bear it: operations, optional fields of a request, fields of an
answer, headers, statuses with a problem, problem codes, and instrument types. Go by \`retry\` where you do not
know a \`code\`, and pass over fields and instrument types that you do not know.

What is going to be taken away is marked \`deprecated\` in at least one release before the one that takes it away. Each
release keeps its document, and no release is made whose document breaks the one before it without saying so in its
version.`

/** What the document says of the whole service: the routes say the rest. */
export const openapiPreamble = (version: string) => ({
  info: {
    title: 'Tillgate',
    version,
    description,
    contact: { name: 'Tillgate', url: 'https://tillgate.dev' },
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  // Storefronts and apps call it over the internet: it is not an internal server.
  servers: [
    {
      url: '/',
      description: 'The instance that serves this document: local, staging or production.',
      'x-internal': false,
    },
  ],
  tags: [
    { name: 'payments', description: 'What an order can be paid with, and paying it.' },
    { name: 'webhooks', description: 'Where BigCommerce reports events, if an app is configured.' },
    { name: 'health', description: 'For orchestrators.' },
  ],
  components: {
    securitySchemes: {
      callerToken: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          "A JWT of the store's own issuer, checked by the best practices of RFC8725, with `scope` (`payments:read`, `payments:write`) and one of `order_ids`, `customer_id` or the scope `orders:any`; or BigCommerce's Current Customer JWT.",
      },
      webhookSignature: {
        type: 'apiKey' as const,
        in: 'header' as const,
        name: 'webhook-signature',
        description:
          "By the Standard Webhooks scheme: an HMAC-SHA256 over `webhook-id`, `webhook-timestamp` and the body, made with the app's client secret.",
      },
    },
  },
})
