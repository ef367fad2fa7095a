import { z } from 'zod'
import { textField } from '../openapi/documented-fields.ts'

/** What BigCommerce delivers, as far as it is looked at. Its own documentation has the rest. */
export const WebhookBody = z
  .looseObject({
    scope: textField('What has happened.', 'store/order/statusUpdated'),
    store_id: textField("BigCommerce's number of the store.", '1001', 64),
    producer: textField('Whose event it is; those of other stores are refused.', 'stores/jrah6gmn'),
    hash: textField('The same when the event is delivered again.', '3d9ea420c5c9d3c4b0ff1ab3c8d4f5a6'),
    created_at: z
      .int()
      .min(0)
      .meta({ description: 'Unix time in seconds.', examples: [1_795_352_400] }),
    data: z
      .looseObject({
        type: textField('`order` or `transaction`; others are taken and passed over.', 'order'),
        id: z
          .int()
          .min(0)
          .meta({ description: 'Of the order.', examples: [215] })
          .optional(),
        order_id: textField("Of the transaction's order.", '215', 16).optional(),
        transaction_id: textField('Of the transaction.', '97', 16).optional(),
      })
      .meta({ description: 'What it has happened to.' }),
  })
  .meta({ id: 'BigCommerceEvent', description: "One of BigCommerce's order or transaction events." })

export const WebhookHeaders = z.looseObject({
  'webhook-id': textField('The same when the event is delivered again.', 'msg_2lQfG0b4'),
  'webhook-timestamp': textField('Unix time in seconds; within five minutes of now.', '1795352400', 16),
})

export const webhookExamples = {
  order: {
    summary: 'An order has another status',
    value: {
      scope: 'store/order/statusUpdated',
      store_id: '1001',
      producer: 'stores/jrah6gmn',
      hash: '3d9ea420c5c9d3c4b0ff1ab3c8d4f5a6',
      created_at: 1_795_352_400,
      data: { type: 'order', id: 215 },
    },
  },
  transaction: {
    summary: 'An order has a new transaction',
    value: {
      scope: 'store/order/transaction/created',
      store_id: '1001',
      producer: 'stores/jrah6gmn',
      hash: '8a1f0c55e2b94d7796c3b7de0f4a2b11',
      created_at: 1_795_352_400,
      data: { type: 'transaction', order_id: '215', transaction_id: '97' },
    },
  },
}
