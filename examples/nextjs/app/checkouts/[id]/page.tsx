import { notFound } from 'next/navigation'
import { Checkout } from '@/components/checkout'
import { basket, basketTotal } from '@/lib/cart'
import { formatDecimal } from '@/lib/money'
import { setting } from '@/lib/setting'
import { grantOf } from '@/lib/shopper'

interface Props {
  readonly params: Promise<{ readonly id: string }>
}

/** The checkout of a cart. What the browser gets is the cart's id, what is in it, and Tillgate's address. */
export default async function CheckoutPage({ params }: Props) {
  const { id } = await params
  if ((await grantOf(id)) === null) notFound()
  return (
    <>
      <h1>Your cart</h1>
      <ul>
        {basket.map(({ name }) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <p>Total {formatDecimal(basketTotal, 'USD')}</p>
      <Checkout payableId={id} tillgateUrl={setting('TILLGATE')} />
    </>
  )
}
