export const cardOf = (number: string) => ({
  type: 'card',
  number,
  cardholder_name: 'Jane Doe',
  expiry_month: 12,
  expiry_year: new Date().getUTCFullYear() + 2,
  verification_value: '422',
})

export const GOOD_CARD = cardOf('4242424242424242')

export const STORED_VISA = {
  type: 'stored_card',
  token: '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
  verification_value: '4242',
}

export const OTHER_SHOPPERS_TOKEN = 'b9844c5150efc1e5c33b48e7cb0692c1a3efca62f6923b2d8d2aafb4f7efd58c'
export const PAYPAL_TOKEN = '06e5caefd55b3026f154fcb6b07a69b8d159aed8f1264db156f670eb43687e6a'
export const REVOKED_PAYPAL_TOKEN = '50baac3aa53a5e0f825f16f71a14c898e6680990619384b253c11a3294c99943'
export const BANK_TOKEN = 'ef20208105c43bbd13e1158a53c74d937efe5b0c2d4b07ac807168a3a1c8ea34'
