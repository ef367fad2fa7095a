/** BigCommerce's own host for each of the two addresses. */
export const HOSTS = {
  BIGCOMMERCE_API_URL: 'api.bigcommerce.com',
  BIGCOMMERCE_PAYMENTS_URL: 'payments.bigcommerce.com',
} as const

const ROLES: Readonly<Record<string, string>> = {
  [HOSTS.BIGCOMMERCE_API_URL]: 'management',
  [HOSTS.BIGCOMMERCE_PAYMENTS_URL]: 'payments',
}

const onThisMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Variables that must fit together, each valid by itself. */
export interface Fitting {
  readonly PORT: number
  readonly ADMIN_PORT: number
  readonly CHECKOUT_FENCE: boolean
  readonly CHECKOUT_PAYMENTS: boolean
  readonly BIGCOMMERCE_STORE_HASH: string
  readonly DATABASE_URL: string
  readonly BIGCOMMERCE_API_URL?: string | undefined
  readonly BIGCOMMERCE_PAYMENTS_URL?: string | undefined
}

/** A sentence for each variable that does not fit the others. */
export const mismatchesOf = (given: Fitting): string[] => [
  ...(given.PORT !== 0 && given.PORT === given.ADMIN_PORT ? ['ADMIN_PORT must not be PORT.'] : []),
  ...(given.CHECKOUT_PAYMENTS && !given.CHECKOUT_FENCE
    ? [
        'CHECKOUT_PAYMENTS=true needs CHECKOUT_FENCE=true: without it two orders of one checkout could both be charged.',
      ]
    : []),
  ...wrongAddressesOf(given),
  ...forgetfulLedgerOf(given),
]

/** What was being charged at a restart would be forgotten, and charged again. On this machine it is for tests. */
const forgetfulLedgerOf = ({
  DATABASE_URL,
  BIGCOMMERCE_API_URL = `https://${HOSTS.BIGCOMMERCE_API_URL}`,
}: Fitting): string[] =>
  DATABASE_URL === 'sqlite::memory:' && !onThisMachine.test(new URL(BIGCOMMERCE_API_URL).hostname)
    ? [
        'DATABASE_URL must not be sqlite::memory: for a store: a restart forgets every payment. Name a file, or use Postgres.',
      ]
    : []

/** What the sentences about an address need. */
type Addresses = Pick<Fitting, 'BIGCOMMERCE_STORE_HASH' | keyof typeof HOSTS>

/**
 * The store's token and card numbers would leave in clear over `http`, and with the address of the other host, of no store or of another
 * one, every payment would be refused. On this machine all of these are for tests.
 */
export const wrongAddressesOf = (given: Addresses): string[] => [
  ...wrongAddress('BIGCOMMERCE_API_URL', given),
  ...wrongAddress('BIGCOMMERCE_PAYMENTS_URL', given),
]

function wrongAddress(name: keyof typeof HOSTS, given: Addresses): string[] {
  const { hostname, protocol, pathname } = new URL(given[name] ?? 'http://localhost')
  if (onThisMachine.test(hostname)) return []
  const host = hostname.replace(/\.$/, '')
  const own = HOSTS[name]
  const role = ROLES[host]
  const store = /\/stores\/([^/]+)/.exec(pathname)?.[1]
  const sentences = [
    protocol !== 'https:' && 'must be an https address, except on this machine.',
    host !== own && role !== undefined && `names BigCommerce's ${role} host: use https://${own}/stores/HASH.`,
    host === own &&
      !/^\/stores\/[^/]+$/.test(pathname) &&
      `must look like https://${own}/stores/HASH, with the store's hash.`,
    store !== undefined &&
      store !== given.BIGCOMMERCE_STORE_HASH &&
      'names another store than BIGCOMMERCE_STORE_HASH: use the same hash in both.',
  ]
  return sentences.flatMap((sentence) => (sentence === false ? [] : [`${name} ${sentence}`]))
}
