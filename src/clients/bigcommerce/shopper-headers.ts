export type ShopperHeaders = (shopperAddress: string | null) => Record<string, string>

/**
 * The headers by which BigCommerce's fraud checks see the shopper's address instead of ours. They count only with
 * the secret that BigCommerce support issues for it, so without one none are sent.
 */
export const createShopperHeaders =
  (trustedProxySecret: string | null): ShopperHeaders =>
  (shopperAddress) =>
    trustedProxySecret === null || shopperAddress === null
      ? {}
      : { 'x-bc-trusted-proxy-secret': trustedProxySecret, 'true-client-ip': shopperAddress }
