export const SCOPES = [
  'store_payments_methods_read',
  'store_payments_access_token_create',
  'store_v2_orders',
  'store_v2_orders_read_only',
  'store_v2_transactions',
  'store_v2_transactions_read_only',
  'store_stored_payment_instruments_read_only',
  'store_checkout',
  'store_checkout_read_only',
] as const

export type Scope = (typeof SCOPES)[number]
