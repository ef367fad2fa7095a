/** The store number in the examples of BigCommerce's documentation. */
export const STORE_ID = 1025646
export const PAT_ISSUER = 'payments.bigcommerce.com'
export const PAT_LIFETIME_SECONDS = 3600
