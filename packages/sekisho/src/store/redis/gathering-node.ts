/** What is used of a client's connection: a writable stream of Node. */
interface Connection {
  cork(): void
  uncork(): void
}

/**
 * Commands that are sent in one turn of the event loop leave in one piece. ioredis gives each command to the system by
 * itself, which costs more than all that it does for one besides; and where several requests are under way, their answers
 * arrive together, so that many commands are sent in one turn. Nothing waits for another turn: what was gathered leaves as
 * soon as the code that runs, and the promises that it has settled, are done.
 *
 * @param client A client that may have a connection, each time another one.
 * @returns What is called before a command is sent.
 */
export function gathering(client: { readonly stream?: unknown }): () => void {
  let held: Connection | undefined
  const letGo = (): void => {
    const connection = held
    held = undefined
    connection?.uncork()
  }
  return () => {
    if (held !== undefined || !isConnection(client.stream)) return
    held = client.stream
    held.cork()
    process.nextTick(letGo)
  }
}

/** A client of a cluster has none of its own, and one that is not connected has none yet. */
function isConnection(stream: unknown): stream is Connection {
  const { cork, uncork } = (stream ?? {}) as Partial<Connection>
  return typeof cork === 'function' && typeof uncork === 'function'
}
