import { parseArgs } from 'node:util'
import type { CallerTokenGrant } from './mint-caller-token.ts'

/** What the command line asked for that cannot be done: a sentence for each wrong part. */
export class UsageError extends Error {}

const options = {
  order: { type: 'string', multiple: true },
  checkout: { type: 'string', multiple: true },
  customer: { type: 'string' },
  any: { type: 'boolean', default: false },
  scope: { type: 'string', default: 'payments:read payments:write' },
  minutes: { type: 'string', default: '60' },
  subject: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A day: long enough to develop with, short enough to lose. */
const minutesMax = 24 * 60

/** Reads the command line; null when only help is wanted. */
export function readTokenRequest(args: readonly string[]): CallerTokenGrant | null {
  const values = parsed(args)
  if (values.help) return null
  const wrong: string[] = []
  const whole = (name: string, text: string, max = 2_147_483_647): number => {
    const value = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value <= max)) wrong.push(`--${name} must be a whole number from 1 to ${max}.`)
    return value
  }

  const orderIds = (values.order ?? []).flatMap((list) => list.split(',')).map((id) => whole('order', id))
  const checkoutIds = (values.checkout ?? []).flatMap((list) => list.split(','))
  if (!checkoutIds.every((id) => uuid.test(id))) wrong.push('--checkout must be the UUID of a cart.')
  const isNamed = orderIds.length + checkoutIds.length > 0
  const customerId = values.customer === undefined ? undefined : whole('customer', values.customer)
  const lifeSeconds = whole('minutes', values.minutes, minutesMax) * 60
  if (!isNamed && customerId === undefined && !values.any) {
    wrong.push('Say which orders the token may touch: --order N, --checkout ID, --customer N or --any.')
  }
  if (values.any && (isNamed || customerId !== undefined)) {
    wrong.push('--any goes alone: --order, --checkout and --customer would narrow it.')
  }
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))

  return {
    subject: values.subject ?? (customerId === undefined ? 'developer' : `customer-${customerId}`),
    scopes: values.scope.split(/[\s,]+/).filter((word) => word !== ''),
    lifeSeconds,
    anyOrder: values.any,
    ...(orderIds.length > 0 ? { orderIds } : {}),
    ...(checkoutIds.length > 0 ? { checkoutIds } : {}),
    ...(customerId === undefined ? {} : { customerId }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}`)
  }
}
