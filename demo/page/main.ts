import { startCheckout } from './checkout.ts'
import { startDemoPanel } from './demo-panel.ts'
import { showNotice } from './notice.ts'
import { showOrder } from './order-summary.ts'
import { openCheckout, payableOfPage } from './storefront.ts'
import { showView } from './views.ts'

try {
  const id = await payableOfPage(location.search)
  const panel = startDemoPanel(id)
  const checkout = await openCheckout(id)
  if (checkout === null) {
    showView(null)
    showNotice({ title: 'There is no such order', text: 'Please go back to the shop and try again.' })
  } else {
    showOrder(checkout, null)
    panel.attach(startCheckout(checkout, panel.refresh))
  }
} catch {
  showView(null)
  showNotice({
    title: 'The shop cannot be reached',
    text: 'Please reload this page.',
  })
}
