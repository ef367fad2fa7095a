import { mayEndByAbsence } from '../../domain/conclusion.ts'
import { isRunning, type PaymentAttempt } from '../../domain/payment-attempt.ts'
import type { HeldAtDesk } from '../../services/desk.ts'
import type { OutboxEvent } from '../../stores/outbox-rows.ts'

/** What a person at the desk does next, line by line. Most of the time it is nothing: the service finds out by itself. */

export function adviceOn({ attempt, held }: HeldAtDesk): string[] {
  if (isRunning(attempt.status))
    return [
      'Nothing. It is answered, or looked up, within a few minutes. If it stays, see that the service runs.',
    ]
  if (attempt.status === 'pending')
    return [
      'Wait: BigCommerce says when it is complete. To end it sooner, complete or void it in the control panel of BigCommerce.',
    ]
  if (attempt.status === 'unknown' && mayEndByAbsence(attempt) && held.free_at_latest !== null)
    return [
      'Wait: the service asks BigCommerce again by itself. Ask the customer not to pay in another way until then.',
      'If the dashboard of the gateway shows the payment already, say so:',
      resolveWith(attempt, 'charged'),
    ]
  return [
    'Look for it in the dashboard of the gateway, by amount and time. Then say what it shows, charged or not:',
    resolveWith(attempt, 'charged'),
    resolveWith(attempt, 'not-charged'),
  ]
}

const resolveWith = ({ id }: PaymentAttempt, decision: string) =>
  `npm run payments -- resolve ${id} ${decision} --by 'YOUR NAME' --because 'WHAT THE GATEWAY SAYS'`

export const adviceOnEvent = ({ id, deadAtMs }: OutboxEvent): string[] =>
  deadAtMs === null
    ? ['Nothing: it is sent again by itself.']
    : [
        'See why EVENTS_URL did not take it (tries, above). When that works again, send it once more:',
        `npm run payments -- events repeat ${id}`,
      ]

/** The lines of advice below each other, in the column of the block that they belong to. */
export const adviceLines = ([first = '', ...rest]: readonly string[]): string[] => [
  `  to do       ${first}`,
  ...rest.map((line) => `              ${line}`),
]
