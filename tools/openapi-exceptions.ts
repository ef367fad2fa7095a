/** A finding that we accept, with the reason. One that matches no finding any more fails the tests. */
export interface LintException {
  readonly rule: string
  /** Where it is accepted: matches the path to it, its steps joined by spaces. */
  readonly at: RegExp
  readonly because: string
}

const probes = /^paths \/(livez|readyz) /
const probesSayNothing = 'Orchestrators ask without credentials and without limit. The answer is one word.'

export const LINT_EXCEPTIONS: readonly LintException[] = [
  {
    rule: 'owasp:api1:2023-no-numeric-ids',
    at: /^paths \/orders\/\{id\}/,
    because:
      "Order ids are BigCommerce's, and are numbers. Knowing one gives nothing: the caller token must name the order, and one that is not yours is answered as one that is not there.",
  },
  {
    rule: 'owasp:api4:2023-string-restricted',
    at: /^(components schemas (Problem|FieldError|Payment(Meta|Method|Event)?|EventPayment|(Checkout)?Payment(Method)?s?Response|StoredInstrument|SupportedInstrument)|paths .+ responses|webhooks .+ requestBody) /,
    because:
      "Strings that we answer and report are prose or BigCommerce's own words, which follow no pattern that could be promised. Every string that callers send has one.",
  },
  {
    rule: 'owasp:api4:2023-string-restricted',
    at: /^(components schemas BigCommerceEvent|paths \/webhooks\/bigcommerce post (parameters|requestBody)) /,
    because:
      'BigCommerce decides what an event looks like, and it counts only once its signature is verified.',
  },
  {
    rule: 'owasp:api8:2023-define-cors-origin',
    at: /^components headers$/,
    because: 'The rule takes the list of header components for a response.',
  },
  { rule: 'owasp:api4:2023-rate-limit', at: probes, because: probesSayNothing },
  {
    rule: 'owasp:api4:2023-rate-limit',
    at: /^paths \/webhooks\/bigcommerce post /,
    because: 'A busy store has many events, and BigCommerce turns a hook off that is refused too often.',
  },
  { rule: 'owasp:api2:2023-read-restricted', at: probes, because: probesSayNothing },
  { rule: 'owasp:api4:2023-rate-limit-responses-429', at: probes, because: probesSayNothing },
  {
    rule: 'owasp:api4:2023-rate-limit-responses-429',
    at: /^paths \/webhooks\/bigcommerce post /,
    because: 'A busy store has many events, and BigCommerce turns a hook off that is refused too often.',
  },
  { rule: 'owasp:api8:2023-define-error-responses-401', at: probes, because: probesSayNothing },
  {
    rule: 'owasp:api8:2023-define-error-responses-500',
    at: probes,
    because: 'An orchestrator only reads whether the status is 200.',
  },
  {
    rule: 'owasp:api8:2023-define-error-validation',
    at: probes,
    because: 'There is nothing in the request that could be wrong.',
  },
  {
    rule: 'operation-4xx-response',
    at: probes,
    because: 'There is nothing in the request that could be wrong.',
  },
  {
    rule: 'openapi-tags-alphabetical',
    at: /^tags$/,
    because: 'The most important tag comes first.',
  },
  {
    rule: 'contact-properties',
    at: /^info contact$/,
    because: 'There is an address on the web, and no mailbox that would be answered.',
  },
]
