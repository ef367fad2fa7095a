import { ARRIVAL_BUGS } from './arrival-bugs.ts'
import { BUCKET_BUGS } from './bucket-bugs.ts'
import { CARD_NUMBER_BUGS } from './card-number-bugs.ts'
import { CHECKOUT_BUGS } from './checkout-bugs.ts'
import { EDGE_BUGS } from './edge-bugs.ts'
import { EVENT_BUGS } from './event-bugs.ts'
import { EVIDENCE_BUGS } from './evidence-bugs.ts'
import { FENCE_BUGS } from './fence-bugs.ts'
import { LEAKS } from './leaks.ts'
import { LEDGER_BUGS } from './ledger-bugs.ts'
import { LEDGER_FILE_BUGS } from './ledger-file-bugs.ts'
import { LIMIT_BUGS } from './limit-bugs.ts'
import { PAYING_BUGS } from './paying-bugs.ts'
import { QUOTA_BUGS } from './quota-bugs.ts'
import { SECURITY_BUGS } from './security-bugs.ts'
import { UPSTREAM_BUGS } from './upstream-bugs.ts'
import { WAITING_BUGS } from './waiting-bugs.ts'
import { WHOSE_CHARGE_BUGS } from './whose-charge-bugs.ts'

/** Every bug that `npm run sabotage` plants, one at a time. */
export const BUGS = [
  ...PAYING_BUGS,
  ...UPSTREAM_BUGS,
  ...EVIDENCE_BUGS,
  ...WHOSE_CHARGE_BUGS,
  ...EVENT_BUGS,
  ...CHECKOUT_BUGS,
  ...FENCE_BUGS,
  ...LEDGER_BUGS,
  ...LEDGER_FILE_BUGS,
  ...BUCKET_BUGS,
  ...SECURITY_BUGS,
  ...EDGE_BUGS,
  ...ARRIVAL_BUGS,
  ...CARD_NUMBER_BUGS,
  ...LIMIT_BUGS,
  ...QUOTA_BUGS,
  ...WAITING_BUGS,
  ...LEAKS,
]
