import { PROBLEM_CODES, PROBLEMS } from '../src/domain/problems.ts'
import { type Contract, clientOperations } from './contract.ts'

/** A page and what it is for, by its path in the repository. */
const pages: readonly (readonly [path: string, about: string])[] = [
  ['README.md', 'what Tillgate is, and a first payment'],
  ['openapi/openapi.json', 'the contract, OpenAPI 3.1'],
  ['docs/integrate/README.md', 'what every client must do'],
  ['docs/integrate/storefront.md', 'a storefront: the caller token and the browser'],
  ['docs/integrate/react-native.md', 'React Native'],
  ['docs/integrate/ios.md', 'a client in Swift'],
  ['docs/integrate/android.md', 'a client in Kotlin'],
  ['docs/integrate/events.md', 'events that a backend gets, and how it checks them'],
  ['docs/integrate/caller-tokens.md', 'what a caller token holds; Auth0, Okta, Entra ID, Keycloak'],
  ['clients/typescript/README.md', 'the client for TypeScript'],
  ['examples/nextjs/README.md', 'a whole shop in Next.js'],
  ['docs/problems.md', 'every problem, and what to do about it'],
  ['docs/what-bigcommerce-takes.md', 'orders, gateways, stored cards, 3-D Secure, test cards'],
  ['docs/configuration.md', 'every variable'],
  ['docs/operations.md', 'metrics, logs, alerts and runbooks'],
  ['docs/webhooks.md', 'BigCommerce’s webhooks'],
  ['docs/reliability.md', 'what is promised, and how it is tested'],
  ['SECURITY.md', 'what passes through, scopes, credentials'],
  ['sandbox/README.md', 'a pretend BigCommerce with magic cards'],
]

/** The text of llms.txt (llmstxt.org), made from the contract and the catalogue of problems. */
export function llmsPage(contract: Contract): string {
  const operations = clientOperations(contract).map(
    ({ method, path, summary, operationId }) => `- \`${method} ${path}\` (\`${operationId}\`): ${summary}`,
  )
  const codes = PROBLEM_CODES.map((code) => {
    const { status, retry, title } = PROBLEMS[code]
    return `- \`${code}\` (${status}, \`retry: ${retry}\`): ${title}`
  })
  return `# ${contract.info.title}

> Pays BigCommerce orders for storefronts and apps. An order is never charged twice, and no answer says anything untrue
> about a charge. Version ${contract.info.version}.

Generated from the contract. Rules for code that calls it:

- Send \`Authorization: Bearer\` with a caller token: a JWT of the shop's own issuer, minted on a server.
- Send an \`Idempotency-Key\` with each payment: a new UUID for each payment that a shopper means to make, kept before it is sent, and the
  same one for every retry. After a lost answer never make a new key.
- 202 is neither paid nor failed. Wait for \`Retry-After\`, read the payment until \`meta.retry\` is gone, then send the same request with
  the same key. Tell the shopper not to pay again.
- Branch on a problem's \`code\`. For a code that you do not know, follow \`retry\`. \`order_already_paid\` means: show the confirmation.
- Amounts are whole numbers in the currency's minor unit (6098 is 60.98 USD).
- Accept fields, codes and instrument types that you do not know.

## Operations

${operations.join('\n')}

## Problems

The service explains each at \`/docs/problems\`.

${codes.join('\n')}

## Docs

${pages.map(([path, about]) => `- [${path}](${path}): ${about}`).join('\n')}
`
}
