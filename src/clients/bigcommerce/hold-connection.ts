import type { Socket } from 'node:net'

/**
 * Keeps a connection that nothing was sent on until its moment.
 *
 * @returns whether it is still good then: the other side has neither closed it nor said anything unasked.
 */
export async function holdConnection(socket: Socket, moment: Promise<void>): Promise<boolean> {
  let isGood = true
  const lose = () => {
    isGood = false
  }
  // An end that has come is only told to those who read.
  const read = () => {
    if (socket.read() !== null) lose()
  }
  socket.on('error', lose).on('end', lose).on('close', lose).on('readable', read)
  await moment
  socket.off('end', lose).off('close', lose).off('readable', read)
  if (isGood) socket.off('error', lose)
  return isGood
}
