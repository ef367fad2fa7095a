import { describeClocksAndLimits } from '../allowance/clock-contract.ts'
import { describePermitStore } from '../allowance/permit-store-contract.ts'
import { describeDesk } from '../desk/resolve-contract.ts'
import { describeCheckouts } from './checkouts-contract.ts'
import { postgres } from './engines.ts'
import { describeEvents } from './events-contract.ts'
import { describeLedger } from './ledger-contract.ts'
import { describeUnsettled } from './unsettled-contract.ts'
import { describeVelocity } from './velocity-contract.ts'

describeLedger(postgres)
describeEvents(postgres)
describeCheckouts(postgres)
describeUnsettled(postgres)
describePermitStore(postgres)
describeClocksAndLimits(postgres)
describeVelocity(postgres)
describeDesk(postgres)
