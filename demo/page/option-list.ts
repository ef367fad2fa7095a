import type { PaymentMethod } from '@tillgate/client'
import { balanceOptions } from './balance-options.ts'
import { createCardForm } from './card-form.ts'
import { element } from './dom.ts'
import type { PaymentOption } from './payment-option.ts'
import { storedAccountOptions, storedCardOptions } from './stored-options.ts'

export interface OptionList {
  chosen(): PaymentOption | null
  choose(id: string): void
}

/** Shows the ways to pay: stored cards and a new card first; the rest, and expired cards, behind "More ways to pay". */
export function showOptions(
  place: HTMLElement,
  methods: readonly PaymentMethod[],
  cardMethodId: string,
): OptionList {
  const stored = storedCardOptions(methods)
  const expired = stored.filter(({ isDisabled }) => isDisabled)
  const first = [...stored.filter((card) => !expired.includes(card)), ...cardOption(methods, cardMethodId)]
  const more = [...storedAccountOptions(methods), ...balanceOptions(methods), ...expired]
  const options = [...first, ...more]

  const rows = new Map(options.map((option) => [option.id, optionRow(option)]))
  const radio = (id: string) => rows.get(id)?.querySelector<HTMLInputElement>(':scope > label > input')
  const rowsOf = (some: readonly PaymentOption[]) => some.flatMap(({ id }) => rows.get(id) ?? [])
  const rest = element('details', { class: 'more-options' }, element('summary', {}, 'More ways to pay'))
  rest.append(...rowsOf(more))
  place.replaceChildren(...rowsOf(first), ...(more.length > 0 ? [rest] : []))

  const list: OptionList = {
    chosen: () => options.find(({ id }) => radio(id)?.checked) ?? null,
    choose(id) {
      const wanted = radio(id)
      if (!wanted) return
      wanted.checked = true
      wanted.closest('details')?.setAttribute('open', '')
      wanted.dispatchEvent(new Event('change', { bubbles: true }))
    },
  }
  const [usual] = first
  if (usual) list.choose(usual.id)
  else rest.open = true
  return list
}

/** Several gateways may take cards. The shopper sees one option. */
function cardOption(methods: readonly PaymentMethod[], preferredId: string): PaymentOption[] {
  const takers = methods.filter(({ accepts }) => accepts.includes('card'))
  const taker = takers.find(({ id }) => id === preferredId) ?? takers[0]
  return taker ? [createCardForm({ methodId: taker.id, canSave: taker.accepts.includes('stored_card') })] : []
}

function optionRow({ id, title, note, isDisabled = false, panel }: PaymentOption): HTMLElement {
  const text = element('span', { class: 'option-text' }, element('span', { class: 'option-title' }, title))
  if (note !== undefined) text.append(element('span', { class: 'option-note' }, note))
  const radio = element('input', { type: 'radio', name: 'option', value: id, disabled: isDisabled })
  const row = element('div', { class: 'option' }, element('label', {}, radio, text))
  if (panel) row.append(element('div', { class: 'option-panel' }, panel))
  return row
}
