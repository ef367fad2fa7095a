/** What the payments API says, as far as the page reads it. */
export interface StoredInstrument {
  readonly type: string
  readonly token: string
  readonly is_default?: boolean
  readonly brand?: string
  readonly expiry_month?: number
  readonly expiry_year?: number
  readonly last_4?: string
  readonly email?: string
  readonly masked_account_number?: string
  readonly issuer?: string
}

export interface PaymentMethod {
  readonly id: string
  readonly name: string
  readonly accepts: readonly string[]
  readonly supported_instruments: readonly {
    readonly instrument_type: string
    readonly verification_value_required?: boolean
  }[]
  readonly stored_instruments?: readonly StoredInstrument[]
}

export interface OrderDue {
  readonly id: number
  /** In the currency's minor unit. */
  readonly amount: number
  readonly currency: string
  readonly payable: boolean
}

export interface PaymentMethods {
  readonly data: readonly PaymentMethod[]
  readonly meta: { readonly order: OrderDue }
}

export interface Payment {
  readonly id: string
  readonly status: string
  readonly amount: number | null
  readonly currency: string | null
  readonly instrument_type: string
}

export interface Problem {
  readonly code: string
  readonly status: number
  readonly retry: 'same_key' | 'new_key' | 'after' | 'never'
  readonly request_id: string
  readonly bigcommerce_code?: number
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

export interface PaymentRequest {
  readonly payment: {
    readonly instrument: Readonly<Record<string, string | number>>
    readonly payment_method_id: string
    readonly save_instrument?: boolean
  }
  readonly expected_amount?: number
}
