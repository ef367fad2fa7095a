import { z } from 'zod'

/** As V2 takes amounts: a number or decimal text. */
const amount = z.union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?$/)])
const address = z
  .looseObject({ email: z.string().optional() })
  .refine((given) => Object.keys(given).length > 0, 'must not be empty')
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
const statusId = z.int().min(0).max(14)

export const ProductSchema = z
  .looseObject({
    name: z.string().min(1).optional(),
    product_id: z.int().min(1).optional(),
    type: z.enum(['physical', 'digital']).optional(),
    quantity: z.int().min(1),
    price_inc_tax: amount,
    price_ex_tax: amount,
  })
  .refine((product) => product.name !== undefined || product.product_id !== undefined, 'needs a name')

export type Amount = z.infer<typeof amount>
export type CostName = keyof typeof costs
export type Product = z.infer<typeof ProductSchema>

const costs = {
  total_inc_tax: amount.optional(),
  total_ex_tax: amount.optional(),
  shipping_cost_inc_tax: amount.optional(),
  shipping_cost_ex_tax: amount.optional(),
  handling_cost_inc_tax: amount.optional(),
  handling_cost_ex_tax: amount.optional(),
  wrapping_cost_inc_tax: amount.optional(),
  wrapping_cost_ex_tax: amount.optional(),
  discount_amount: amount.optional(),
}

/** Loose: BigCommerce takes many more fields than a payment needs. */
export const OrderInputSchema = z.looseObject({
  status_id: statusId.optional(),
  customer_id: z.int().min(0).optional(),
  billing_address: address,
  shipping_addresses: z.array(address).optional(),
  products: z.array(ProductSchema).min(1),
  default_currency_code: currency.optional(),
  currency_code: currency.optional(),
  ...costs,
  order_is_digital: z.boolean().optional(),
  order_source: z.string().min(1).optional(),
  external_id: z.string().nullable().optional(),
  cart_id: z.string().nullable().optional(),
})

export type OrderInput = z.infer<typeof OrderInputSchema>

export const OrderEditSchema = z.looseObject({
  status_id: statusId.optional(),
  customer_id: z.int().min(0).optional(),
  ...costs,
  products: z.array(ProductSchema).min(1).optional(),
})

export type OrderEdit = z.infer<typeof OrderEditSchema>
