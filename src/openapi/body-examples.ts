const year = 2030

/** A body for each kind of instrument, for the published document. */
export const payOrderBodyExamples = {
  card: {
    summary: 'A card',
    value: {
      payment: {
        instrument: {
          type: 'card',
          number: '4242424242424242',
          cardholder_name: 'Jane Doe',
          expiry_month: 12,
          expiry_year: year,
          verification_value: '422',
        },
        payment_method_id: 'stripe.card',
      },
      expected_amount: 6098,
    },
  },
  saved_card: {
    summary: 'A card that is stored too',
    value: {
      payment: {
        instrument: {
          type: 'card',
          number: '4111111111111111',
          cardholder_name: 'Jane Doe',
          expiry_month: 12,
          expiry_year: year,
          verification_value: '411',
        },
        payment_method_id: 'authorizenet.card',
        save_instrument: true,
      },
    },
  },
  stored_card: {
    summary: 'A stored card',
    value: {
      payment: {
        instrument: {
          type: 'stored_card',
          token: '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
          verification_value: '424',
        },
        payment_method_id: 'stripe.card',
      },
    },
  },
  stored_paypal_account: {
    summary: 'A stored PayPal account',
    value: {
      payment: {
        instrument: {
          type: 'stored_paypal_account',
          token: '1c9e7b3a52d84f60a7e1c3b5d9f20468ace13579bdf02468ace13579bdf02468',
        },
        payment_method_id: 'braintree.paypal',
      },
    },
  },
  stored_bank_account: {
    summary: 'A stored bank account',
    value: {
      payment: {
        instrument: {
          type: 'stored_bank_account',
          token: '7f3d5b1908e6c4a27f3d5b1908e6c4a27f3d5b1908e6c4a27f3d5b1908e6c4a2',
        },
        payment_method_id: 'braintree.ach',
      },
    },
  },
  tokenized_card: {
    summary: 'A card tokenized by Bolt',
    value: {
      payment: {
        instrument: {
          type: 'tokenized_card',
          token: 'bolt-a1b2c3d4e5',
          iin: '424242',
          last_four_digits: '4242',
          expiration_month: 12,
          expiration_year: year,
        },
        payment_method_id: 'bolt.card',
      },
    },
  },
  gift_certificate: {
    summary: 'A gift certificate, which may pay a part',
    value: {
      payment: {
        instrument: { type: 'gift_certificate', gift_certificate_code: 'GIFT-25-OFF' },
        payment_method_id: 'bigcommerce.gift_certificate',
      },
    },
  },
  store_credit: {
    summary: 'Store credit, which may pay a part',
    value: {
      payment: { instrument: { type: 'store_credit' }, payment_method_id: 'bigcommerce.store_credit' },
    },
  },
}

/** The same for a checkout, where the amount is always said. */
export const payCheckoutBodyExamples = Object.fromEntries(
  Object.entries(payOrderBodyExamples).map(([name, { summary, value }]) => [
    name,
    { summary, value: { ...value, expected_amount: 6098 } },
  ]),
)

/** Events as BigCommerce delivers them, for the published document. */
export const webhookExamples = {
  order: {
    summary: 'The status of an order changed',
    value: {
      scope: 'store/order/statusUpdated',
      store_id: '1001',
      producer: 'stores/jrah6gmn',
      hash: '3d9ea420c5c9d3c4b0ff1ab3c8d4f5a6',
      created_at: 1_795_352_400,
      data: { type: 'order', id: 215 },
    },
  },
  transaction: {
    summary: 'An order has a new transaction',
    value: {
      scope: 'store/order/transaction/created',
      store_id: '1001',
      producer: 'stores/jrah6gmn',
      hash: '8a1f0c55e2b94d7796c3b7de0f4a2b11',
      created_at: 1_795_352_400,
      data: { type: 'transaction', order_id: '215', transaction_id: '97' },
    },
  },
}
