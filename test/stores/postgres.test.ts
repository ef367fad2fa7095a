import { postgres } from './engines.ts'
import { describeLedger } from './ledger-contract.ts'
import { describePaymentTokens } from './payment-tokens-contract.ts'
import { describeUnsettled } from './unsettled-contract.ts'
import { describeVelocity } from './velocity-contract.ts'

describeLedger(postgres)
describeUnsettled(postgres)
describePaymentTokens(postgres)
describeVelocity(postgres)
