import type { PaymentMethod, StoredInstrument } from '@tillgate/client'
import { brandName } from './card-brand.ts'
import { element } from './dom.ts'
import type { PaymentOption } from './payment-option.ts'
import { createSecurityCodeField } from './security-code-field.ts'

/** The shopper's stored cards: the default first, expired ones last. */
export function storedCardOptions(methods: readonly PaymentMethod[], today = new Date()): PaymentOption[] {
  const offered = methods
    .filter((method) => method.accepts.includes('stored_card'))
    .flatMap((method) =>
      (method.stored_instruments ?? [])
        .filter(({ type }) => type === 'stored_card')
        .map((card) => ({ method, card, isOver: isExpired(card, today) })),
    )
  offered.sort((a, b) => rank(a) - rank(b))
  return offered.map(({ method, card, isOver }, index) => storedCardOption(method, card, isOver, index))
}

const rank = ({ card, isOver }: { card: StoredInstrument; isOver: boolean }) =>
  (isOver ? 2 : 0) + (card.is_default ? 0 : 1)

function storedCardOption(
  method: PaymentMethod,
  card: StoredInstrument,
  isOver: boolean,
  index: number,
): PaymentOption {
  const needsCode = method.supported_instruments.some(
    (each) => each.instrument_type === 'STORED_CARD' && each.verification_value_required === true,
  )
  const code = needsCode ? createSecurityCodeField(`stored-code-${index}`, 'off') : null
  const { token, expiry_month: month = 0, expiry_year: year = 0, last_4 = '' } = card
  // Short enough for one line with the number, on a phone.
  const expiry = `${String(month).padStart(2, '0')}/${String(year).slice(-2)}`
  return {
    id: `stored-card-${index}`,
    title: `${brandName(card.brand)} •••• ${last_4}`,
    note: isOver ? `Expired ${expiry}` : `Expires ${expiry}`,
    isDisabled: isOver,
    ...(code ? { panel: element('div', {}, code.root) } : {}),
    fields: code ? { code } : {},
    read() {
      if (code && code.value() === '') return { missing: { code: 'Enter the security code of this card.' } }
      const verification = code ? { verification_value: code.value() } : {}
      return {
        payment: {
          instrument: { type: 'stored_card', token, ...verification },
          payment_method_id: method.id,
        },
        paidWith: `${brandName(card.brand)} ending in ${last_4}`,
      }
    },
  }
}

/** A card is good until the end of its month. */
function isExpired({ expiry_month, expiry_year }: StoredInstrument, today: Date): boolean {
  if (expiry_month === undefined || expiry_year === undefined) return false
  return today >= new Date(expiry_year, expiry_month, 1)
}

const accountTypes = ['stored_paypal_account', 'stored_bank_account'] as const

/** PayPal and bank accounts that the shopper has stored. */
export function storedAccountOptions(methods: readonly PaymentMethod[]): PaymentOption[] {
  return methods.flatMap((method) =>
    (method.stored_instruments ?? [])
      .filter(({ type }) => accountTypes.some((known) => known === type && method.accepts.includes(known)))
      .map((account, index): PaymentOption => {
        const isPaypal = account.type === 'stored_paypal_account'
        const type = isPaypal ? ('stored_paypal_account' as const) : ('stored_bank_account' as const)
        const name = isPaypal ? 'PayPal' : (account.issuer ?? 'Bank account')
        const detail = (isPaypal ? account.email : account.masked_account_number) ?? ''
        return {
          id: `${method.id}-${index}`,
          title: name,
          note: detail,
          fields: {},
          read: () => ({
            payment: {
              instrument: { type, token: account.token },
              payment_method_id: method.id,
            },
            paidWith: `${name} ${detail}`.trim(),
          }),
        }
      }),
  )
}
