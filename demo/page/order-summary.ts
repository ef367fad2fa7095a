import { byId, definition, element } from './dom.ts'
import { formatDecimal, formatMinor, toMinor } from './money.ts'
import type { Due } from './payable.ts'
import { type Checkout, nameOf } from './storefront.ts'

const details = byId('order-details', HTMLDetailsElement)
const line = details.querySelector('summary')
const isWide = matchMedia('(min-width: 52rem)')

/** On a phone the summary is one line until it is opened, so that the button to pay is not far away. */
function foldOrUnfold(): void {
  details.open = isWide.matches
  if (line) line.tabIndex = isWide.matches ? -1 : 0
}
foldOrUnfold()
isWide.addEventListener('change', foldOrUnfold)
line?.addEventListener('click', (event) => {
  if (isWide.matches) event.preventDefault()
})

/** Shows the items and the total; `due` says how much is still to be paid. */
export function showOrder({ order }: Checkout, due: Due | null): void {
  const { id, items, total, currency, shopper } = order
  byId('order', HTMLElement).hidden = false
  const { kind, name } = nameOf(id)
  byId('summary-kind', HTMLElement).textContent = kind === 'Cart' ? 'Your cart' : 'Your order'
  byId('order-number', HTMLElement).textContent = name
  byId('order-none', HTMLElement).hidden = kind === 'Order'
  byId('order-due', HTMLElement).textContent = due
    ? formatMinor(due.amount, due.currency)
    : formatDecimal(total, currency)
  byId('order-shopper', HTMLElement).textContent = `For ${shopper.name}, ${shopper.email}`
  byId('order-items', HTMLElement).replaceChildren(
    ...items.map(({ name, quantity, price }) =>
      element(
        'li',
        {},
        element('span', { class: 'thumb', 'aria-hidden': 'true' }),
        element('span', { class: 'item-name' }, name, element('small', {}, `Quantity ${quantity}`)),
        element('span', { class: 'item-price' }, formatDecimal(Number(price) * quantity, currency)),
      ),
    ),
  )
  const paid = due === null ? 0 : toMinor(total, currency) - due.amount
  const rows = [definition('Total', formatDecimal(total, currency), paid > 0 ? '' : 'total')]
  if (due !== null && paid > 0) {
    rows.push(
      definition('Paid so far', `−${formatMinor(paid, currency)}`),
      definition('To pay', formatMinor(due.amount, due.currency), 'total'),
    )
  }
  byId('order-totals', HTMLElement).replaceChildren(...rows)
}
