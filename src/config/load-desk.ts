import { Sealed } from '../domain/sealed.ts'
import { defaultUrl, InvalidConfiguration, ownEnvironment, sentencesOf } from './config.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { wrongAddressesOf } from './mismatches.ts'
import { Env } from './variables.ts'

/** Those that the desk for held orders reads; the store's token only to look at BigCommerce. */
const DeskEnv = Env.pick({
  DATABASE_URL: true,
  PAYMENT_TIMEOUT_MS: true,
  BIGCOMMERCE_STORE_HASH: true,
  BIGCOMMERCE_API_URL: true,
  BIGCOMMERCE_ACCESS_TOKEN: true,
  EVENTS_URL: true,
}).partial({ BIGCOMMERCE_ACCESS_TOKEN: true })

/** What the desk for held payments needs: the ledger, and BigCommerce to look at an order once more. */
export interface DeskConfig {
  readonly databaseUrl: string
  readonly paymentTimeoutMs: number
  readonly storeHash: string
  readonly apiUrl: string
  /** null where it was not given: then the ledger can be read, and nothing be decided. */
  readonly accessToken: Sealed<string> | null
  /** Whether what a person decides is told to EVENTS_URL. */
  readonly hasEvents: boolean
}

/**
 * Reads what the desk needs and nothing else: helping shoppers takes no key of caller tokens.
 *
 * @throws InvalidConfiguration
 */
export function loadDesk(environment: Environment = ownEnvironment): DeskConfig {
  const wanted = Object.entries(environment).filter(([name]) => deskVariables.has(name.replace(/_FILE$/, '')))
  const { given, wrong } = readEnvironment(Object.fromEntries(wanted))
  const variables = DeskEnv.safeParse(given)
  const sentences = [...wrong, ...sentencesOf(variables)]
  if (variables.data) sentences.push(...wrongAddressesOf(variables.data))
  if (!variables.success || sentences.length > 0) throw new InvalidConfiguration(sentences)
  const { BIGCOMMERCE_STORE_HASH: storeHash, BIGCOMMERCE_ACCESS_TOKEN: token } = variables.data
  return {
    databaseUrl: variables.data.DATABASE_URL,
    paymentTimeoutMs: variables.data.PAYMENT_TIMEOUT_MS,
    storeHash,
    apiUrl: variables.data.BIGCOMMERCE_API_URL ?? defaultUrl('BIGCOMMERCE_API_URL', storeHash),
    accessToken: token === undefined ? null : new Sealed(token),
    hasEvents: variables.data.EVENTS_URL !== undefined,
  }
}

const deskVariables = new Set(Object.keys(DeskEnv.shape))
