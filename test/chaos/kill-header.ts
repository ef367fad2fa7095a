/** Of a payment: the number of the boundary at which its instance is to die; 0 lists the boundaries instead. */
export const killHeader = 'x-kill-at'
/** Names the file that they are listed in. */
export const boundariesFile = 'CHAOS_BOUNDARIES_FILE'
/** Of a payment: the first transaction after its charge was answered fails, as if the ledger had gone away. */
export const loseEndHeader = 'x-lose-end'
/** Of a payment: what is done to send its events is passed too, although no request does it. */
export const eventsHeader = 'x-with-events'
