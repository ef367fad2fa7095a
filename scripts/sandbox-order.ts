import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readEnvironment } from '../sandbox/environment.ts'
import { mintCallerToken } from './mint-caller-token.ts'
import { readTokenIssuer } from './token-issuer.ts'
import { UsageError } from './token-request.ts'

const help = `Makes an order in the running sandbox, or a cart, and a caller token that may pay it, and prints both for a shell.

  eval "$(npm run --silent sandbox:order -- --total 60.98 --customer 11)"
  eval "$(npm run --silent sandbox:order -- --cart)"

  --cart           a cart that is no order yet: CHECKOUT_ID instead of ORDER_ID

  --total AMOUNT   default 60.98
  --customer N     the signed-in customer; a guest without it
  --currency CODE  default USD
  --minutes N      how long the token lives, default 60

SANDBOX_PORT, SANDBOX_STORE_HASH and SANDBOX_ACCESS_TOKEN say which sandbox, as for "npm run sandbox". AUTH_ISSUER,
AUTH_AUDIENCE and AUTH_HMAC_SECRET come from the environment or from .env. For the sandbox of a running demo, paste the
export lines that "npm run demo" prints: they set all of these.`

const options = {
  cart: { type: 'boolean', default: false },
  total: { type: 'string', default: '60.98' },
  customer: { type: 'string', default: '0' },
  currency: { type: 'string', default: 'USD' },
  minutes: { type: 'string', default: '60' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** A day, as for other tokens of a developer. */
const minutesMax = 24 * 60

interface OrderRequest {
  readonly isCart: boolean
  readonly total: string
  readonly customerId: number
  readonly currency: string
  readonly lifeSeconds: number
}

/** @returns null when only help is wanted. @throws UsageError that names every wrong part. */
function readOrderRequest(args: readonly string[]): OrderRequest | null {
  const { help: isHelp, cart: isCart, total, customer, currency, minutes } = parsed(args)
  if (isHelp) return null
  const wrong: string[] = []
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(total)) wrong.push('--total must be an amount, for example 60.98.')
  if (!/^\d{1,9}$/.test(customer)) wrong.push('--customer must be a whole number.')
  if (!/^[A-Z]{3}$/.test(currency))
    wrong.push('--currency must be a code of three capitals, for example USD.')
  if (!(/^[1-9]\d{0,3}$/.test(minutes) && Number(minutes) <= minutesMax))
    wrong.push(`--minutes must be a whole number from 1 to ${minutesMax}.`)
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
  return { isCart, total, customerId: Number(customer), currency, lifeSeconds: Number(minutes) * 60 }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** @returns the order's number. @throws UsageError when the sandbox does not answer, or refuses the order. */
async function makeOrder({ total, customerId, currency }: OrderRequest): Promise<number> {
  const { storeHash } = readEnvironment(process.env)
  const made = await make<{ id: number }>(`/stores/${storeHash}/v2/orders`, {
    status_id: 0,
    customer_id: customerId,
    default_currency_code: currency,
    billing_address: {
      first_name: 'Jane',
      last_name: 'Does',
      email: 'janedoe@email.com',
      country_iso2: 'US',
    },
    products: productsOf(total),
    total_inc_tax: total,
  })
  return made.id
}

/** By the control call that stands for the storefront. @returns the id of the cart, which its checkout has too. @throws UsageError */
async function makeCart({ total, customerId, currency }: OrderRequest): Promise<string> {
  const made = await make<{ data: { id: string } }>('/_sandbox/checkouts', {
    customer_id: customerId,
    currency_code: currency,
    products: productsOf(total),
  })
  return made.data.id
}

const productsOf = (total: string) => [
  { name: 'BigCommerce Poster', quantity: 1, price_inc_tax: total, price_ex_tax: total },
]

async function make<Made>(path: string, body: object): Promise<Made> {
  const { host, managementPort, accessToken } = readEnvironment(process.env)
  const url = `http://${host}:${managementPort}${path}`
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-token': accessToken ?? '' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new UsageError(
      `No sandbox answers at ${url}. Start one with "npm run sandbox", or paste the export lines of a running demo.`,
    )
  })
  if (!answer.ok) throw new UsageError(`The sandbox answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Made
}

try {
  const request = readOrderRequest(process.argv.slice(2))
  if (request === null) {
    console.log(help)
  } else {
    // Variables that are already set win over the file, as they do for the service.
    if (existsSync('.env')) process.loadEnvFile('.env')
    const issuer = readTokenIssuer(process.env)
    const { isCart, customerId, lifeSeconds } = request
    const id = isCart ? await makeCart(request) : await makeOrder(request)
    const token = await mintCallerToken(issuer, {
      subject: customerId > 0 ? `customer-${customerId}` : `${isCart ? 'cart' : 'order'}-${id}`,
      scopes: ['payments:read', 'payments:write'],
      ...(typeof id === 'string' ? { checkoutIds: [id] } : { orderIds: [id] }),
      ...(customerId === 0 ? {} : { customerId }),
      lifeSeconds,
    })
    console.log(`export ${isCart ? 'CHECKOUT_ID' : 'ORDER_ID'}=${id} CALLER_TOKEN=${token}`)
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\nSee: npm run sandbox:order -- --help`)
  process.exitCode = 1
}
