import { notFound } from 'next/navigation'
import { Checkout } from '@/components/checkout'
import { setting } from '@/lib/setting'
import { grantOf } from '@/lib/shopper'

interface Props {
  readonly params: Promise<{ readonly id: string }>
}

/** An order that was made elsewhere, by a salesperson for example, and that the customer who is signed in pays here. */
export default async function OrderPage({ params }: Props) {
  const id = Number((await params).id)
  if ((await grantOf(id)) === null) notFound()
  return (
    <>
      <h1>Order #{id}</h1>
      <Checkout payableId={id} tillgateUrl={setting('TILLGATE')} />
    </>
  )
}
