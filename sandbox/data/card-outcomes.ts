import type { RefusalCode } from './refusals.ts'

/** What a gateway does with a card or stored instrument other than charging it. */
export type GatewayOutcome =
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail?: string }
  | { readonly kind: 'charged-then-refused'; readonly code: RefusalCode; readonly whenSaving?: true }
  | { readonly kind: 'refused-when-saving'; readonly code: RefusalCode }
  | { readonly kind: 'held-for-review' }
  | { readonly kind: 'pending'; readonly settlesTo: 'success' | 'declined' }

type MagicCard = { readonly number: string; readonly outcome: GatewayOutcome }

const refused = (number: string, code: RefusalCode, detail?: string): MagicCard => ({
  number,
  outcome: { kind: 'refused', code, ...(detail === undefined ? {} : { detail }) },
})

const chargedThenRefused = (number: string, code: RefusalCode): MagicCard => ({
  number,
  outcome: { kind: 'charged-then-refused', code },
})

/**
 * Public test numbers where one fits. The others spell their code just before the check digit;
 * a 1 as ninth digit means that the card is charged anyway.
 */
export const MAGIC_CARDS: readonly MagicCard[] = [
  refused('4000000000000119', 10000),
  chargedThenRefused('4000000010100008', 10000),
  refused('4000000000100018', 10001),
  refused('4000000000300006', 30000),
  refused('4000000000300014', 30001),
  refused('4000000000300022', 30002),
  { number: '4000000000300501', outcome: { kind: 'refused-when-saving', code: 30050 } },
  { number: '4000000010300509', outcome: { kind: 'charged-then-refused', code: 30050, whenSaving: true } },
  refused('4000000000000127', 30102),
  refused('4000000000003220', 30102, '3D Secure authentication is required and not possible here.'),
  refused('4000000000000069', 30103),
  refused('4000000000000002', 30104),
  refused('4000000000301053', 30105),
  chargedThenRefused('4000000010301051', 30105),
  refused('4000000000009995', 30106),
  { number: '4000000000009235', outcome: { kind: 'held-for-review' } },
  { number: '4000000000202012', outcome: { kind: 'pending', settlesTo: 'success' } },
  { number: '4000000000202061', outcome: { kind: 'pending', settlesTo: 'declined' } },
]

export function outcomeOfCard(number: string): GatewayOutcome | undefined {
  return MAGIC_CARDS.find((card) => card.number === number)?.outcome
}
