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

/** Events that trigger a look at once. */
const wanted = [
  'store/order/updated',
  'store/order/statusUpdated',
  'store/order/transaction/created',
  'store/order/transaction/updated',
]
const path = '/webhooks/bigcommerce'

export interface WebhookExpectations {
  /** The app whose secret verifies deliveries; null when none is configured. */
  readonly clientId: string | null
  /** Where clients reach the service; null when that was not given. */
  readonly publicUrl: string | null
}

const { ok, warning, failure, notChecked } = findingsOf('webhooks')
const howTo = 'Register them as described in docs/webhooks.md.'

/** Whether BigCommerce sends events, and whether they can be verified. Payments work without them. */
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
  if (!read.success) return [notChecked('The list of webhooks differs from what BigCommerce documents.')]
  const ours = read.data.data.filter(({ destination }) => isOurs(destination, publicUrl))
  if (ours.length === 0) {
    const where = publicUrl === null ? `to an address that ends in ${path}` : `to ${publicUrl}${path}`
    const says = `This token's app has no webhook ${where}. Lost payments are found by the schedule alone, which takes longer.`
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
        'Webhooks are registered, but without a secret every delivery is refused.',
        'Set BIGCOMMERCE_CLIENT_ID and BIGCOMMERCE_CLIENT_SECRET to those of the app that registered them.',
      ),
    ]
  }
  const foreign = hooks.filter(({ client_id }) => client_id !== undefined && client_id !== clientId)
  if (foreign.length === 0) return []
  return [
    failure(
      `Another app than BIGCOMMERCE_CLIENT_ID registered webhooks ${idsOf(foreign)}. It signs them with its own secret, so every delivery is refused.`,
      'Configure the id and secret of the app that registered them, or register them again.',
    ),
  ]
}

/** `store/order/*` covers everything below it. */
const covers = (scope: string, event: string) =>
  scope === event || (scope.endsWith('/*') && event.startsWith(scope.slice(0, -1)))

function coverFindings(hooks: readonly Hook[]): Finding[] {
  const missing = wanted.filter((event) => !hooks.some(({ scope }) => covers(scope, event)))
  if (missing.length > 0) return [warning(`Not registered: ${missing.join(', ')}.`, howTo)]
  const destinations = [...new Set(hooks.map(({ destination }) => destination))]
  return [
    ok(
      `Registered for every event, to ${destinations.join(', ')}. Whether BigCommerce can reach that address was not checked.`,
    ),
  ]
}

function inactiveFindings(hooks: readonly Hook[]): Finding[] {
  const inactive = hooks.filter(({ is_active }) => !is_active)
  if (inactive.length === 0) return []
  return [
    warning(
      `BigCommerce has turned off ${idsOf(inactive)}: deliveries failed for two days, or there was none for 90.`,
      'Make sure that the address is reachable from outside on port 443, then turn them on again (docs/webhooks.md).',
    ),
  ]
}

const idsOf = (hooks: readonly Hook[]) => hooks.map(({ id }) => id).join(', ')
