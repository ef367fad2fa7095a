import { byId } from './dom.ts'
import { showComplaints } from './field-errors.ts'
import { formatMinor } from './money.ts'
import { hideNotice } from './notice.ts'
import { type OptionList, showOptions } from './option-list.ts'
import type { Due, Offer } from './payable.ts'
import type { PaymentOption, Reading } from './payment-option.ts'

export interface ChosenPayment extends Exclude<Reading, { missing: unknown }> {
  readonly option: PaymentOption
  readonly due: Due
}

export interface PaymentForm {
  /** Shows what the order can be paid with. What the shopper chose and typed before stays. */
  offer(offer: Offer, cardMethodId: string): void
  /** The next offer begins anew. */
  forget(): void
  choose(optionId: string): void
  /** While a payment is being made, nothing can be changed or pressed again. */
  setBusy(isBusy: boolean): void
}

const form = byId('payment-form', HTMLFormElement)
const fields = byId('payment-fields', HTMLFieldSetElement)
const button = byId('pay', HTMLButtonElement)
const label = byId('pay-label', HTMLElement)
const hint = byId('pay-hint', HTMLElement)
const status = byId('status', HTMLElement)

const place = byId('options', HTMLElement)

const usualHint = 'You are charged once, when you press the button.'

/** The form in which the shopper chooses how to pay. */
export function createPaymentForm(onPay: (payment: ChosenPayment) => Promise<void>): PaymentForm {
  let options: OptionList | null = null
  let due: Due | null = null
  let isBusy = false

  const setBusy = (busy: boolean): void => {
    isBusy = busy
    fields.disabled = busy
    button.disabled = busy
    form.classList.toggle('is-busy', busy)
    status.textContent = busy ? 'Paying. Please wait.' : ''
    hint.textContent = busy ? 'This may take a moment. Please keep this page open.' : usualHint
    label.textContent = busy ? 'Paying…' : due ? `Pay ${formatMinor(due.amount, due.currency)}` : 'Pay'
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const option = options?.chosen()
    // A script can press twice before the button is disabled; a person cannot.
    if (isBusy || !option || !due) return
    const reading = option.read()
    hideNotice()
    if ('missing' in reading) {
      const count = showComplaints(option, reading.missing)
      status.textContent =
        count === 1 ? 'One field needs your attention.' : `${count} fields need your attention.`
      return
    }
    setBusy(true)
    void onPay({ ...reading, option, due }).finally(() => setBusy(false))
  })

  return {
    offer({ methods, due: now }, cardMethodId) {
      due = now
      const before = options?.chosen()?.id
      const typed = options ? typedIn(place) : []
      options = showOptions(place, methods, cardMethodId)
      if (before !== undefined) options.choose(before)
      typeAgain(place, typed)
      setBusy(isBusy)
    },
    forget() {
      options = null
    },
    choose: (optionId) => options?.choose(optionId),
    setBusy,
  }
}

interface Typed {
  readonly id: string
  readonly text: string
  readonly isChecked: boolean
}

const typedIn = (within: HTMLElement): Typed[] =>
  [...within.querySelectorAll<HTMLInputElement>('input[id]')].map(({ id, value, checked }) => ({
    id,
    text: value,
    isChecked: checked,
  }))

/** Another tab's payment, or another amount, is no reason to type a card again. */
function typeAgain(within: HTMLElement, typed: readonly Typed[]): void {
  const inputs = new Map(
    [...within.querySelectorAll<HTMLInputElement>('input[id]')].map((input) => [input.id, input]),
  )
  for (const { id, text, isChecked } of typed) {
    const input = inputs.get(id)
    if (!input) continue
    if (input.type === 'checkbox') input.checked = isChecked
    else input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
