import { z } from 'zod'
import { SCOPES } from '../data/scopes.ts'

const milliseconds = z.int().min(0).max(86_400_000)
/** Query parameters of the list of orders. */
export const ORDER_FILTERS = [
  'cart_id',
  'customer_id',
  'email',
  'status_id',
  'min_id',
  'max_id',
  'is_deleted',
] as const
const PAGING = ['page', 'limit'] as const
export type OrderFilter = (typeof ORDER_FILTERS)[number]

const statusId = z.int().min(0).max(14)

const SettingsSchema = z.strictObject({
  scopes: z.array(z.enum(SCOPES)),
  vaulting: z.boolean(),
  gift_certificates: z.boolean(),
  store_credit: z.boolean(),
  access_tokens: z.boolean(),
  gateways: z.record(z.string(), z.enum(['configured', 'missing', 'broken'])),
  claim_ids: z.enum(['number', 'string']),
  codes_as_strings: z.boolean(),
  legacy_configuration_code: z.boolean(),
  declines_spend_pats: z.boolean(),
  declines_are_transactions: z.boolean(),
  transaction_lag_ms: milliseconds,
  transactions_per_page: z.int().min(1).max(250),
  transactions_order: z.enum(['oldest_first', 'newest_first', 'shifting']),
  transactions_ignore: z.array(z.enum(PAGING)),
  transactions_pagination: z.boolean(),
  transactions_amounts: z.enum(['number', 'text', 'noisy']),
  order_lag_ms: milliseconds,
  payment_status_case: z.enum(['lower', 'capitalized', 'upper']),
  settle_ms: milliseconds,
  orders_ignore: z.array(z.enum([...ORDER_FILTERS, ...PAGING])),
  orders_per_page: z.int().min(1).max(250),
  orders_order: z.enum(['oldest_first', 'newest_first', 'shifting']),
  orders_foreign_rows: z.int().min(0).max(250),
  orders_list_lag_ms: milliseconds,
  orders_empty: z.enum(['no_content', 'empty_list']),
  archived_orders: z.enum(['shown', 'gone']),
  checkout_order_id: z.enum(['newest', 'oldest', 'paid', 'none']),
  checkout_times: z.enum(['seconds', 'milliseconds', 'none']),
  making_touches_cart: z.boolean(),
  pending_orders: z.enum(['refused', 'part_paid', 'payable']),
  pending_order_status_id: statusId,
  late_decline_order_status_id: statusId,
  payment_action_ms: milliseconds,
  voided_order_status_id: statusId.nullable(),
  rate_limit_headers: z.boolean(),
  date_headers: z.boolean(),
  management_quota: z.strictObject({ limit: z.int().min(1), window_ms: z.int().min(1) }).nullable(),
})

export type Settings = z.infer<typeof SettingsSchema>

export const SettingsChangeSchema = SettingsSchema.partial()
export type SettingsChange = z.infer<typeof SettingsChangeSchema>

export const DEFAULT_SETTINGS: Settings = {
  scopes: [...SCOPES],
  vaulting: true,
  gift_certificates: true,
  store_credit: true,
  access_tokens: true,
  gateways: {},
  claim_ids: 'string',
  codes_as_strings: false,
  legacy_configuration_code: false,
  declines_spend_pats: true,
  declines_are_transactions: false,
  transaction_lag_ms: 0,
  transactions_per_page: 50,
  transactions_order: 'oldest_first',
  transactions_ignore: [],
  transactions_pagination: true,
  transactions_amounts: 'number',
  order_lag_ms: 0,
  payment_status_case: 'lower',
  settle_ms: 5_000,
  orders_ignore: [],
  orders_per_page: 50,
  orders_order: 'oldest_first',
  orders_foreign_rows: 0,
  orders_list_lag_ms: 0,
  orders_empty: 'no_content',
  archived_orders: 'shown',
  checkout_order_id: 'newest',
  checkout_times: 'seconds',
  making_touches_cart: false,
  pending_orders: 'part_paid',
  pending_order_status_id: 7,
  late_decline_order_status_id: 6,
  payment_action_ms: 0,
  voided_order_status_id: null,
  rate_limit_headers: true,
  date_headers: true,
  management_quota: null,
}

/** Gateways are merged one by one: breaking one must not repair another. */
export function changeSettings(settings: Settings, change: SettingsChange): Settings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  return { ...settings, ...given, gateways: { ...settings.gateways, ...change.gateways } }
}
