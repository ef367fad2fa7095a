import type { RequestContext } from '../../request-context.ts'

/** The headers that every call on either of BigCommerce's hosts carries. */
export type CallHeaders = (
  context: Pick<RequestContext, 'correlationId' | 'shopperAddress'>,
) => Record<string, string>

export interface CallHeadersOptions {
  readonly userAgent: string
  /**
   * Lets BigCommerce's fraud checks see the shopper's address instead of ours. BigCommerce support issues it; without
   * it the address would not count, so none is sent.
   */
  readonly trustedProxySecret: string | null
}

export const createCallHeaders =
  ({ userAgent, trustedProxySecret }: CallHeadersOptions): CallHeaders =>
  ({ correlationId, shopperAddress }) => ({
    'user-agent': userAgent,
    'x-correlation-id': correlationId,
    ...(trustedProxySecret === null || shopperAddress === null
      ? {}
      : { 'x-bc-trusted-proxy-secret': trustedProxySecret, 'true-client-ip': shopperAddress }),
  })
