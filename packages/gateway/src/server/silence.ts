import type { Exchange } from '../pipeline/exchange.ts'
import type { Connection } from './connection.ts'

/** Whether the silence of a connection is an app's, which has limits of its own, and not the client's. */
export function waitsForApp({ running }: Connection): boolean {
  for (const exchange of running) if (!waitsForClient(exchange)) return true
  return false
}

/** The client has not sent all of its request, or does not take the answer. */
function waitsForClient({ request, response }: Exchange): boolean {
  return response.writableNeedDrain || (!request.complete && !request.isPaused())
}
