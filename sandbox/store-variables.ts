/** Where a store is, and by which token it knows its app. */
export interface StoreAddress {
  readonly storeHash: string
  readonly accessToken: string
  readonly managementUrl: string
  readonly paymentsUrl: string
}

/** The variables that point a service at this store. */
export const storeVariables = ({ storeHash, accessToken, managementUrl, paymentsUrl }: StoreAddress) => ({
  BIGCOMMERCE_STORE_HASH: storeHash,
  BIGCOMMERCE_ACCESS_TOKEN: accessToken,
  BIGCOMMERCE_API_URL: managementUrl,
  BIGCOMMERCE_PAYMENTS_URL: paymentsUrl,
})
