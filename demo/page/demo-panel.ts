import { byId, element } from './dom.ts'
import { formatMinor } from './money.ts'
import type { PaymentForm } from './payment-form.ts'
import { FAULTS, TEST_CARDS, type TestCard } from './test-cards.ts'

interface Charge {
  readonly order_id: number
  readonly amount: number
  readonly currency: string
  readonly payment_method_id: string
  readonly brand?: string
  readonly last_4?: string
  readonly state: string
}

export interface DemoPanel {
  /** After this, test cards can be filled in. */
  attach(form: PaymentForm): void
  readonly refresh: () => void
}

/** An open panel stays open on the next order's page. */
const openedKey = 'demo-panel-open'

/** Controls for trying things out. They are not part of the checkout and can be removed. */
export function startDemoPanel(id: number | string): DemoPanel {
  let form: PaymentForm | null = null
  const cards = byId('demo-card', HTMLSelectElement)
  const faults = byId('demo-fault', HTMLSelectElement)
  cards.append(
    element('option', { value: '' }, 'Choose…'),
    ...TEST_CARDS.map(({ label, number }) => element('option', { value: number }, label)),
  )
  faults.append(...Object.entries(FAULTS).map(([name, label]) => element('option', { value: name }, label)))

  cards.addEventListener('change', () => {
    const card = TEST_CARDS.find(({ number }) => number === cards.value)
    if (card && form) fillIn(card, form)
    cards.value = ''
  })
  faults.addEventListener('change', () => {
    const body = JSON.stringify({
      fault: faults.value,
      [typeof id === 'number' ? 'order_id' : 'checkout_id']: id,
    })
    void fetch('/demo/fault', { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
  })
  byId('demo-new-order', HTMLButtonElement).addEventListener('click', async () => {
    const response = await fetch('/storefront/orders', { method: 'POST' })
    const { order_id } = (await response.json()) as { order_id: number }
    location.search = `?order=${order_id}`
  })
  byId('demo-new-cart', HTMLButtonElement).addEventListener('click', async () => {
    const response = await fetch('/storefront/carts', { method: 'POST' })
    const { checkout_id } = (await response.json()) as { checkout_id: string }
    location.search = `?checkout=${checkout_id}`
  })

  const refresh = (): void => {
    // A fault is used up by one payment.
    faults.value = 'none'
    void showCharges()
  }
  const details = byId('demo-panel', HTMLDetailsElement)
  details.open = sessionStorage.getItem(openedKey) === 'true'
  details.addEventListener('toggle', () => {
    sessionStorage.setItem(openedKey, String(details.open))
    if (details.open) void showCharges()
  })
  return {
    refresh,
    attach(attached) {
      form = attached
    },
  }
}

async function showCharges(): Promise<void> {
  const data = await readCharges().catch(() => null)
  // No connection. The checkout says so; the table stays as it was.
  if (data === null) return
  // Newest first: people look for the payment that they just made.
  const rows = data
    .toReversed()
    .map((charge) =>
      element(
        'tr',
        {},
        element('td', {}, `#${charge.order_id}`),
        element('td', {}, formatMinor(charge.amount, charge.currency)),
        element('td', {}, paidWith(charge)),
        element('td', {}, charge.state),
      ),
    )
  const none = element('tr', {}, element('td', { colspan: '4' }, 'Nothing yet'))
  byId('demo-charges', HTMLTableSectionElement).replaceChildren(...(rows.length > 0 ? rows : [none]))
}

async function readCharges(): Promise<readonly Charge[]> {
  const response = await fetch('/demo/charges')
  return ((await response.json()) as { data: readonly Charge[] }).data
}

const paidWith = ({ brand, last_4, payment_method_id }: Charge) =>
  last_4 === undefined ? payment_method_id : `${brand ?? ''} ${last_4}, ${payment_method_id}`

/** Types the card in as a shopper would, so that grouping and error messages work as usual. */
function fillIn({ number, code = '123' }: TestCard, form: PaymentForm): void {
  form.choose('card')
  const year = new Date().getFullYear() + 3
  const texts = {
    'card-number': number,
    'card-name': 'Jane Does',
    'card-expiry': `12${year}`,
    'card-code': code,
  }
  for (const [id, text] of Object.entries(texts)) {
    const input = document.getElementById(id)
    if (!(input instanceof HTMLInputElement)) return
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  byId('pay', HTMLButtonElement).focus()
}
