import type { GatewayOutcome } from './card-outcomes.ts'

type StoredBase = {
  readonly gatewayId: string
  readonly token: string
  readonly isDefault: boolean
  readonly outcome?: GatewayOutcome
}

export type StoredCard = StoredBase & {
  readonly type: 'stored_card'
  readonly brand: string
  readonly iin: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

export type StoredPaypalAccount = StoredBase & {
  readonly type: 'stored_paypal_account'
  readonly email: string
}

export type StoredBankAccount = StoredBase & {
  readonly type: 'stored_bank_account'
  readonly maskedAccountNumber: string
  readonly issuer: string
}

export type StoredInstrument = StoredCard | StoredPaypalAccount | StoredBankAccount

type Card = Pick<StoredCard, 'gatewayId' | 'token' | 'brand' | 'iin' | 'last4'> & Partial<StoredCard>

/** Years count from the sandbox's clock, so that the cards never expire by accident. */
export function fixtureInstruments(thisYear: number): ReadonlyMap<number, readonly StoredInstrument[]> {
  const card = (given: Card): StoredCard => ({
    type: 'stored_card',
    isDefault: false,
    expiryMonth: 9,
    expiryYear: thisYear + 3,
    ...given,
  })
  return new Map([
    [11, [...shopper11Cards(card, thisYear), ...shopper11Accounts()]],
    [12, shopper12(card)],
  ])
}

function shopper11Cards(card: (given: Card) => StoredCard, thisYear: number): readonly StoredInstrument[] {
  return [
    card({
      gatewayId: 'stripe.card',
      token: '050a1e5c982e5905288ec5ec33f292772762033a0704f46fccb16bf1940b51ef',
      isDefault: true,
      brand: 'VISA',
      iin: '424242',
      last4: '4242',
    }),
    card({
      gatewayId: 'authorizenet.card',
      token: '41ffd283f689d93960029927ad0a5e8907ad7f324f478eaebb4b33cd09ee1b8d',
      brand: 'MASTERCARD',
      iin: '545454',
      last4: '5454',
    }),
    card({
      gatewayId: 'adyenv2.scheme',
      token: '7598d33d2da48b6ad9a2d3116b3dc65540624c3a5986a995b2f168a64f3e1879',
      brand: 'VISA',
      iin: '400000',
      last4: '0002',
      outcome: { kind: 'refused', code: 30104 },
    }),
    card({
      gatewayId: 'braintree.card',
      token: '38d13ac836039a0cc18cb37b962aff69e93ab632c0e07b88d293feba0fe75e09',
      brand: 'VISA',
      iin: '401288',
      last4: '1881',
      expiryYear: thisYear - 1,
    }),
  ]
}

function shopper11Accounts(): readonly StoredInstrument[] {
  return [
    {
      type: 'stored_paypal_account',
      gatewayId: 'braintree.paypal',
      token: '06e5caefd55b3026f154fcb6b07a69b8d159aed8f1264db156f670eb43687e6a',
      isDefault: false,
      email: 'janedoe@email.com',
    },
    {
      type: 'stored_paypal_account',
      gatewayId: 'braintree.paypal',
      token: '50baac3aa53a5e0f825f16f71a14c898e6680990619384b253c11a3294c99943',
      isDefault: false,
      email: 'revoked@email.com',
      outcome: { kind: 'refused', code: 30107 },
    },
    {
      type: 'stored_bank_account',
      gatewayId: 'braintree.ach',
      token: 'ef20208105c43bbd13e1158a53c74d937efe5b0c2d4b07ac807168a3a1c8ea34',
      isDefault: false,
      maskedAccountNumber: '****6789',
      issuer: 'Sandbox Savings Bank',
    },
  ]
}

function shopper12(card: (given: Card) => StoredCard): readonly StoredInstrument[] {
  return [
    card({
      gatewayId: 'stripe.card',
      token: 'b9844c5150efc1e5c33b48e7cb0692c1a3efca62f6923b2d8d2aafb4f7efd58c',
      isDefault: true,
      brand: 'MASTERCARD',
      iin: '555555',
      last4: '4444',
    }),
    card({
      gatewayId: 'authorizenet.card',
      token: '760c36a0189e31d081e9d8cd8aca9b47da882c0f3ece57516ba47087efee8c87',
      brand: 'AMEX',
      iin: '378282',
      last4: '0005',
    }),
    card({
      gatewayId: 'bolt.card',
      token: '659ec8a7b855dec929e523dbfb991a2df00135e19b3434998235f292f8b80d7c',
      brand: 'DISCOVER',
      iin: '601111',
      last4: '1117',
    }),
  ]
}
