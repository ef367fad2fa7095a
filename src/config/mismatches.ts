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
  BIGCOMMERCE_API_URL = 'https://api.bigcommerce.com',
}: Fitting): string[] =>
  DATABASE_URL === 'sqlite::memory:' && !onThisMachine.test(new URL(BIGCOMMERCE_API_URL).hostname)
    ? [
        'DATABASE_URL must not be sqlite::memory: for a store: a restart forgets every payment. Name a file, or use Postgres.',
      ]
    : []

/**
 * The store's token and card numbers would leave in clear over `http`, and with the address of another store every payment
 * would be refused. On this machine both are for tests.
 */
function wrongAddressesOf(given: Fitting): string[] {
  return (['BIGCOMMERCE_API_URL', 'BIGCOMMERCE_PAYMENTS_URL'] as const).flatMap((name) => {
    const { hostname, protocol, pathname } = new URL(given[name] ?? 'http://localhost')
    if (onThisMachine.test(hostname)) return []
    const [, store = given.BIGCOMMERCE_STORE_HASH] = /\/stores\/([^/]+)/.exec(pathname) ?? []
    return [
      ...(protocol === 'https:' ? [] : [`${name} must be an https address, except on this machine.`]),
      ...(store === given.BIGCOMMERCE_STORE_HASH
        ? []
        : [`${name} names another store than BIGCOMMERCE_STORE_HASH: use the same hash in both.`]),
    ]
  })
}
