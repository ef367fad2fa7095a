import type { PaymentMethod } from '@tillgate/client'
import { element } from './dom.ts'
import { createFormField } from './form-field.ts'
import type { PaymentOption } from './payment-option.ts'

/** Gift certificates and store credit. They may pay a part; the shopper then pays the rest another way. */
export function balanceOptions(methods: readonly PaymentMethod[]): PaymentOption[] {
  return methods.flatMap((method): PaymentOption[] => {
    if (method.accepts.includes('gift_certificate')) return [giftCertificateOption(method.id)]
    if (method.accepts.includes('store_credit')) return [storeCreditOption(method.id)]
    return []
  })
}

function giftCertificateOption(payment_method_id: string): PaymentOption {
  const certificate = createFormField({
    id: 'certificate',
    label: 'Code of the certificate',
    attributes: { autocomplete: 'off', autocapitalize: 'characters', maxlength: '64' },
  })
  return {
    id: 'gift-certificate',
    title: 'Gift certificate',
    note: 'Pay the rest another way',
    panel: element('div', {}, certificate.root),
    fields: { certificate },
    paysInPart: true,
    read() {
      const gift_certificate_code = certificate.value()
      if (gift_certificate_code === '')
        return { missing: { certificate: 'Enter the code of the certificate.' } }
      const instrument = { type: 'gift_certificate' as const, gift_certificate_code }
      return { payment: { instrument, payment_method_id }, paidWith: 'Gift certificate' }
    },
  }
}

const storeCreditOption = (payment_method_id: string): PaymentOption => ({
  id: 'store-credit',
  title: 'Store credit',
  note: 'Pay the rest another way',
  fields: {},
  paysInPart: true,
  read: () => ({
    payment: { instrument: { type: 'store_credit' }, payment_method_id },
    paidWith: 'Store credit',
  }),
})
