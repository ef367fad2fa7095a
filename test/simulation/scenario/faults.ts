/** Everything that goes wrong by chance, and is counted. */
export const FAULT_KINDS = [
  'store_failed_before',
  'store_failed_after_commit',
  'store_outage',
  'charge_refused_connection',
  'charge_dialled_slowly',
  'charge_request_lost',
  'charge_request_late',
  'charge_request_doubled',
  'charge_answer_lost',
  'charge_answer_late',
  'charge_answer_cut',
  'charge_answer_foreign',
  'charge_error_before',
  'charge_error_after',
  'charge_rate_limited',
  'read_failed',
  'mint_failed',
  'client_gone',
  'node_crash',
  'node_stall',
  'webhook_doubled',
] as const

/** What goes wrong when an order is made of a checkout: drawn with the checkouts, so that a seed without them is the same story. */
export const MAKING_FAULT_KINDS = [
  'making_refused_connection',
  'making_request_lost',
  'making_request_late',
  'making_answer_lost',
  'making_answer_late',
  'making_error_before',
  'making_error_after',
  'making_refused',
  'list_failed',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number] | (typeof MAKING_FAULT_KINDS)[number]
export type FaultRates = Partial<Record<FaultKind, number>>
