/** A payment that is paid. */
export const payment = {
  id: '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c11',
  order_id: 215,
  status: 'success',
  transaction_type: 'purchase',
  amount: 6098,
  currency: 'USD',
  payment_method_id: 'stripe.card',
  instrument_type: 'card',
  bigcommerce_id: '693bb4cd-3f20-444a-8315-6369f582c68a',
  bigcommerce_code: null,
  created_at: '2026-11-22T13:00:00.000Z',
  updated_at: '2026-11-22T13:00:01.200Z',
}

const held = {
  held_since: '2026-11-22T13:01:01.200Z',
  next_look_at: '2026-11-22T13:01:03.200Z',
}

/** Successful answers to `payOrder`, for the published document. */
export const payOrderAnswerExamples = {
  201: {
    captured: { summary: 'Paid and captured', value: { data: payment, meta: {} } },
    authorized: {
      summary: 'Paid, and not captured yet',
      value: { data: { ...payment, transaction_type: 'authorization' }, meta: {} },
    },
  },
  202: {
    pending: {
      summary: 'BigCommerce has not finished it',
      value: {
        data: {
          ...payment,
          status: 'pending',
          ...held,
          why: 'BigCommerce has accepted it, but not completed it yet.',
          free_at_latest: null,
        },
        meta: {
          retry: 'after',
          detail: 'BigCommerce has accepted the payment and not finished it. Do not pay again.',
        },
      },
    },
    unknown: {
      summary: 'The answer was lost',
      value: {
        data: {
          ...payment,
          status: 'unknown',
          transaction_type: null,
          bigcommerce_id: null,
          ...held,
          why: 'No clear answer to the charge came.',
          free_at_latest: '2026-11-22T14:20:00.000Z',
        },
        meta: {
          retry: 'after',
          detail:
            'It is not known yet whether the payment went through. Do not pay again; ask again with the same key.',
        },
      },
    },
  },
}

/** Successful answers to `listPayments` and `getPayment`, for the published document. */
export const paymentsExamples = {
  200: { paid: { summary: 'Paid at once', value: { data: [payment], meta: {} } } },
}
export const paymentExamples = {
  200: {
    paid: { summary: 'Paid', value: { data: payment, meta: {} } },
    ...payOrderAnswerExamples[202],
  },
}

/** A successful answer to `listPaymentMethods`, for the published document. */
export const paymentMethodsExamples = {
  200: {
    stripe: {
      summary: 'A gateway with a stored card',
      value: {
        data: [
          {
            id: 'stripe.card',
            name: 'Stripe',
            type: 'card',
            test_mode: true,
            supported_instruments: [
              { instrument_type: 'VISA', verification_value_required: true },
              { instrument_type: 'MASTERCARD', verification_value_required: true },
              { instrument_type: 'STORED_CARD', verification_value_required: true },
            ],
            stored_instruments: [
              {
                type: 'stored_card',
                token: '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
                is_default: true,
                brand: 'VISA',
                expiry_month: 9,
                expiry_year: 2030,
                issuer_identification_number: '424242',
                last_4: '4242',
              },
            ],
            accepts: ['card', 'stored_card'],
          },
        ],
        meta: { order: { id: 215, amount: 6098, currency: 'USD', payable: true } },
      },
    },
  },
}

/** The same for a checkout. */
export const checkoutMethodsExamples = {
  200: {
    stripe: {
      ...paymentMethodsExamples[200].stripe,
      value: {
        ...paymentMethodsExamples[200].stripe.value,
        meta: {
          checkout: {
            id: '0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c12',
            amount: 6098,
            currency: 'USD',
            payable: true,
          },
        },
      },
    },
  },
}
