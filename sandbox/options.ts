import { SCOPES, type Scope } from './data/scopes.ts'

export type SandboxOptions = {
  readonly host?: string
  /** 0 takes a free port. */
  readonly managementPort?: number
  readonly paymentsPort?: number
  readonly storeHash?: string
  readonly accessToken?: string
  readonly scopes?: readonly Scope[]
  /** Milliseconds; everything that depends on time asks this clock. */
  readonly now?: () => number
  /** The types of `store_id` and `order_id` in a PAT: both have been seen. */
  readonly claimIds?: 'number' | 'string'
  readonly firstOrderId?: number
  readonly rateLimit?: { readonly limit: number; readonly windowMs: number }
}

export type ResolvedOptions = Required<SandboxOptions>

export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  return {
    host: '127.0.0.1',
    managementPort: 0,
    paymentsPort: 0,
    storeHash: 'jrah6gmn',
    accessToken: 'sandbox-store-token',
    scopes: SCOPES,
    now: Date.now,
    claimIds: 'string',
    firstOrderId: 215,
    rateLimit: { limit: 50, windowMs: 4000 },
    ...options,
  }
}
