import { notFound } from 'next/navigation'
import { Checkout } from '@/components/checkout'
import { formatDecimal } from '@/lib/money'
import { setting } from '@/lib/setting'
import { ownOrder } from '@/lib/shopper'

interface Props {
  readonly params: Promise<{ readonly id: string }>
}

/** The checkout of an order. What the browser gets of it is a number, an amount and Tillgate's address. */
export default async function OrderPage({ params }: Props) {
  const order = await ownOrder(Number((await params).id))
  if (order === null) notFound()
  return (
    <>
      <h1>Order #{order.id}</h1>
      <p>Total {formatDecimal(order.total_inc_tax, order.currency_code)}</p>
      <Checkout orderId={order.id} tillgateUrl={setting('TILLGATE')} />
    </>
  )
}
