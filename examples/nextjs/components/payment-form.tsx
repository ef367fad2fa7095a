'use client'

import type { PaymentMethod, PaymentRequest } from '@tillgate/client'
import { type FormEvent, useState } from 'react'
import { formatMinor } from '@/lib/money'
import type { Due } from '@/lib/payable'

type Payment = PaymentRequest['payment']

interface Props {
  readonly methods: readonly PaymentMethod[]
  readonly due: Due
  readonly notice: string
  onPay(payment: Payment, due: Due): Promise<void>
}

/** A stored card, or a new one. The fields are not state: no card is in what React keeps. */
export function PaymentForm({ methods, due, notice, onPay }: Props) {
  const stored = storedCardsOf(methods)
  const cardMethod = methods.find(({ accepts }) => accepts.includes('card'))
  const [chosen, choose] = useState(stored[0]?.token ?? 'new')
  const [isPaying, setPaying] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const card = stored.find(({ token }) => token === chosen)
    const payment = card ? storedCard(fields, card) : newCard(fields, cardMethod?.id ?? '')
    setPaying(true)
    await onPay(payment, due).finally(() => setPaying(false))
  }

  return (
    <form className="card" onSubmit={submit}>
      {notice === '' ? null : <p role="alert">{notice}</p>}
      <fieldset disabled={isPaying}>
        <legend>How would you like to pay?</legend>
        {stored.map(({ token, label }) => (
          <label key={token} className="choice">
            <input type="radio" name="chosen" checked={chosen === token} onChange={() => choose(token)} />{' '}
            {label}
          </label>
        ))}
        {cardMethod === undefined ? null : (
          <label className="choice">
            <input type="radio" name="chosen" checked={chosen === 'new'} onChange={() => choose('new')} /> New
            card
          </label>
        )}
        {chosen === 'new' ? (
          <>
            <Field name="number" label="Card number" autoComplete="cc-number" />
            <Field name="name" label="Name on card" autoComplete="cc-name" isText />
            <Field
              name="expiry"
              label="Expires (MM / YYYY)"
              autoComplete="cc-exp"
              pattern="(0[1-9]|1[0-2]) ?/ ?20\d\d"
            />
          </>
        ) : null}
        <Field name="code" label="Security code" autoComplete="cc-csc" pattern="\d{3,4}" />
        <button type="submit">{isPaying ? 'Paying…' : `Pay ${formatMinor(due.amount, due.currency)}`}</button>
      </fieldset>
    </form>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly autoComplete: string
  readonly pattern?: string
  readonly isText?: boolean
}

const Field = ({ name, label, isText = false, ...attributes }: FieldProps) => (
  <label className="field">
    {label}
    <input name={name} required inputMode={isText ? 'text' : 'numeric'} {...attributes} />
  </label>
)

const storedCardsOf = (methods: readonly PaymentMethod[]) =>
  methods
    .filter(({ accepts }) => accepts.includes('stored_card'))
    .flatMap(({ id, stored_instruments = [] }) =>
      stored_instruments
        .filter(({ type }) => type === 'stored_card')
        .map(({ token, brand = 'Card', last_4 = '' }) => ({
          token,
          methodId: id,
          label: `${brand} •••• ${last_4}`,
        })),
    )

const textOf = (fields: FormData, name: string) => String(fields.get(name) ?? '').trim()
const digitsOf = (fields: FormData, name: string) => textOf(fields, name).replace(/\D/g, '')

const storedCard = (fields: FormData, { token, methodId }: { token: string; methodId: string }): Payment => ({
  instrument: { type: 'stored_card', token, verification_value: digitsOf(fields, 'code') },
  payment_method_id: methodId,
})

function newCard(fields: FormData, payment_method_id: string): Payment {
  const expiry = digitsOf(fields, 'expiry')
  return {
    instrument: {
      type: 'card',
      number: digitsOf(fields, 'number'),
      cardholder_name: textOf(fields, 'name'),
      expiry_month: Number(expiry.slice(0, 2)),
      expiry_year: Number(expiry.slice(2)),
      verification_value: digitsOf(fields, 'code'),
    },
    payment_method_id,
  }
}
