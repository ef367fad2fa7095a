import type { OrderAccess, VerifyCallerToken } from '../../domain/caller.ts'
import { Problem } from '../../domain/problem.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, warning, failure, notChecked } = findingsOf('caller token')
const howTo = 'docs/integrate/caller-tokens.md says what a token needs.'

/** Whether the service would accept a caller token, and for what; else why not. Never quotes it. */
export async function checkCallerToken(
  callerToken: string,
  verifyCallerToken: VerifyCallerToken,
): Promise<Finding[]> {
  try {
    const { scopes, access } = await verifyCallerToken(callerToken)
    if (scopes.size === 0) {
      return [warning('It is valid, but has neither payments:read nor payments:write.', howTo)]
    }
    const says = `It is valid, with ${[...scopes].join(' and ')}, for ${ordersOf(access)}.`
    const opensNothing = access.kind === 'orders' && access.orderIds.size === 0
    return [opensNothing ? warning(says, howTo) : ok(says)]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { detail = 'The caller token is not valid.' } = error.options
    return error.code === 'unauthenticated'
      ? [failure(detail, howTo)]
      : [notChecked('The keys of caller tokens could not be read.')]
  }
}

function ordersOf(access: OrderAccess): string {
  switch (access.kind) {
    case 'any':
      return 'every order'
    case 'customer':
      return `the orders of customer ${access.customerId}`
    case 'orders':
      return access.orderIds.size === 0 ? 'no order at all' : `orders ${[...access.orderIds].join(', ')}`
    default:
      return access satisfies never
  }
}
