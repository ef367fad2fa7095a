/** A card that will be good for the tests' lifetime. */
const expiryYear = new Date().getFullYear() + 3

export const goodCardNumber = '4242424242424242'

/** A payment by card, of BigCommerce's own shape. */
export const cardPayment = (changes: object = {}, payment: object = {}) => ({
  payment: {
    instrument: {
      type: 'card',
      number: goodCardNumber,
      cardholder_name: 'Jane Doe',
      expiry_month: 12,
      expiry_year: expiryYear,
      verification_value: '422',
      ...changes,
    },
    payment_method_id: 'stripe.card',
    ...payment,
  },
})

/** The stored card of the guide's customer 11, with the CVV where the guide once printed the last four digits. */
export const guideStoredCardToken = '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef'
export const storedCardPayment = (instrument: object = {}) => ({
  payment: {
    instrument: {
      type: 'stored_card',
      token: guideStoredCardToken,
      verification_value: '424',
      ...instrument,
    },
    payment_method_id: 'stripe.card',
  },
})
