/** A small allowance of payments, for BigCommerce and for us: one try of the real one takes 4 s. */
export const smallAllowance = (limit: number, windowMs: number) => ({
  sandbox: { rateLimit: { limit, windowMs } },
  environment: {
    PAYMENT_RATE_LIMIT: String(limit),
    PAYMENT_RATE_WINDOW_MS: String(windowMs),
    // BigCommerce runs in this very process here: it counts late when the machine is busy.
    PAYMENT_RATE_MARGIN_MS: '1000',
    PAYMENT_QUEUE_MAX_WAIT_MS: '3000',
  },
})
