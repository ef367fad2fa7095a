import { z } from 'zod'
import type { Reading } from './ask-store.ts'
import { type Finding, findingsOf } from './finding.ts'

const Hooks = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.int(),
      client_id: z.string().optional(),
      scope: z.string(),
      destination: z.string(),
      is_active: z.boolean(),
    }),
  ),
})
type Hook = z.output<typeof Hooks>['data'][number]

/** The events that make reconciliation look at once. */
const wanted = [
  'store/order/updated',
  'store/order/statusUpdated',
  'store/order/transaction/created',
  'store/order/transaction/updated',
]
const path = '/webhooks/bigcommerce'

export interface WebhookExpectations {
  /** The app that signs deliveries; null when no secret is configured. */
  readonly clientId: string | null
  /** Where clients reach the service; null when it was not told. */
  readonly publicUrl: string | null
}

const { ok, warning, failure, notChecked } = findingsOf('webhooks')
const howTo = 'Register them as docs/webhooks.md says.'

/** Whether BigCommerce reports changes, and whether its reports would be believed. Payments do not depend on it. */
export function checkWebhooks({ answer }: Reading, { clientId, publicUrl }: WebhookExpectations): Finding[] {
  if (answer === null || answer.status !== 200) {
    return [
      notChecked(
        `BigCommerce did not list this app's webhooks (${answer?.status ?? 'no answer'}).`,
        'List them with the token that made them (docs/webhooks.md).',
      ),
    ]
  }
  const read = Hooks.safeParse(answer.json)
  if (!read.success) return [notChecked('The list of webhooks is not as documented by BigCommerce.')]
  const ours = read.data.data.filter(({ destination }) => isOurs(destination, publicUrl))
  if (ours.length === 0) {
    const where = publicUrl === null ? `to an address that ends in ${path}` : `to ${publicUrl}${path}`
    const says = `This token's app has no webhook ${where}; what became of a lost payment is found out by schedule alone.`
    return [warning(says, howTo)]
  }
  return [...trustFindings(ours, clientId), ...coverFindings(ours), ...inactiveFindings(ours)]
}

const isOurs = (destination: string, publicUrl: string | null) =>
  publicUrl === null
    ? URL.canParse(destination) && new URL(destination).pathname.endsWith(path)
    : destination === `${publicUrl}${path}`

function trustFindings(hooks: readonly Hook[], clientId: string | null): Finding[] {
  if (clientId === null) {
    return [
      failure(
        'Webhooks are registered, but every delivery is refused: there is no secret to verify it with.',
        'Set BIGCOMMERCE_CLIENT_ID and BIGCOMMERCE_CLIENT_SECRET of the app that registered them.',
      ),
    ]
  }
  const foreign = hooks.filter(({ client_id }) => client_id !== undefined && client_id !== clientId)
  if (foreign.length === 0) return []
  return [
    failure(
      `Webhooks ${idsOf(foreign)} were registered by another app than BIGCOMMERCE_CLIENT_ID: its secret signs them, so every delivery is refused.`,
      'Configure the id and secret of the app whose token registered them, or register them anew.',
    ),
  ]
}

/** `store/order/*` stands for all below it. */
const covers = (scope: string, event: string) =>
  scope === event || (scope.endsWith('/*') && event.startsWith(scope.slice(0, -1)))

function coverFindings(hooks: readonly Hook[]): Finding[] {
  const missing = wanted.filter((event) => !hooks.some(({ scope }) => covers(scope, event)))
  if (missing.length > 0) return [warning(`Nobody reports ${missing.join(', ')}.`, howTo)]
  const destinations = [...new Set(hooks.map(({ destination }) => destination))]
  return [
    ok(
      `Registered for every event, to ${destinations.join(', ')}. That BigCommerce gets through is not checked.`,
    ),
  ]
}

function inactiveFindings(hooks: readonly Hook[]): Finding[] {
  const inactive = hooks.filter(({ is_active }) => !is_active)
  if (inactive.length === 0) return []
  return [
    warning(
      `BigCommerce has turned off ${idsOf(inactive)}, because deliveries failed for two days or there was none for 90.`,
      'See that the address is reached from outside on port 443, then turn them on again (docs/webhooks.md).',
    ),
  ]
}

const idsOf = (hooks: readonly Hook[]) => hooks.map(({ id }) => id).join(', ')
