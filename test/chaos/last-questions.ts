import { goodCardNumber } from '../support/payments.ts'
import type { Visit } from './customers.ts'
import { subjectOf, type Told } from './told.ts'

const atOnce = 20

/** At the end every shopper asks once more, and repeats the request whose answer was final. */
export async function askForTheLastTime(visits: readonly Visit[], told: readonly Told[]): Promise<void> {
  const paidBy = Map.groupBy(
    told.filter(({ status, key }) => status === 201 && key !== null),
    subjectOf,
  )
  for (let start = 0; start < visits.length; start += atOnce) {
    await Promise.all(
      visits.slice(start, start + atOnce).map(async (visit) => {
        const { device, plan } = visit
        const asking = await device()
        await asking.look()
        // Only a first card that is a good one makes the same body again.
        const paid = paidBy.get(subjectOf(visit))?.find((each) => !each.device.endsWith('-phone'))
        if (paid?.key && plan.cards[0] === goodCardNumber) await asking.pay(paid.key, goodCardNumber)
      }),
    )
  }
}
