import type { ClientAnswer, ClientMessage } from '../proxy/contract.ts'

/**
 * Reads the body of a request.
 *
 * @param most So many octets.
 * @returns Undefined when there are more; what is left is then not read.
 * @throws When the client goes away before the end.
 */
export async function readBody(
  request: ClientMessage,
  response: ClientAnswer,
  most: number,
): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > most) return undefined
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > most) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}
