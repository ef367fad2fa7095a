/** No limit on callers or card testing: all of a test's traffic comes from one address, and from few callers. */
export const callerLimitsOff = {
  ADDRESS_RATE_LIMIT: '0',
  CALLER_RATE_LIMIT: '0',
  VELOCITY_ORDER_ATTEMPTS: '0',
  VELOCITY_CALLER_DECLINES: '0',
  VELOCITY_ADDRESS_DECLINES: '0',
} as const
