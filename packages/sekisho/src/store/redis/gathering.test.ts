import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { gathering } from './gathering-node.ts'

test('sends in one piece what one turn asks for, with what the promises that it settles ask for', async () => {
  const { stream, pieces } = connection()
  const send = sending({ stream })
  send('a')
  send('b')
  void Promise.resolve()
    .then(() => send('c'))
    .then(() => send('d'))
  assert.deepEqual(pieces, [])
  await turn()
  send('e')
  await turn()
  assert.deepEqual(pieces, ['abcd', 'e'])
})

test('lets nothing wait for another turn', async () => {
  const { stream, pieces } = connection()
  const send = sending({ stream })
  send('a')
  await new Promise<void>((resolve) => process.nextTick(resolve))
  assert.deepEqual(pieces, ['a'])
})

test('goes on with the connection that the client has by now', async () => {
  const [before, after] = [connection(), connection()]
  const client = { stream: before.stream }
  const send = sending(client)
  send('a')
  client.stream = after.stream
  send('b')
  await turn()
  send('c')
  send('d')
  await turn()
  assert.deepEqual([before.pieces, after.pieces], [['a'], ['b', 'cd']])
})

test('lets a connection end that has something to send', async () => {
  const { stream, pieces } = connection()
  const send = sending({ stream })
  send('a')
  send('b')
  stream.end()
  await turn()
  assert.deepEqual(pieces, ['ab'])
})

test('asks nothing of a client that has no connection', () => {
  gathering({})()
  gathering({ stream: undefined })()
  gathering({ stream: { cork: true } })()
})

/** A connection that keeps what it is given to send, piece by piece. */
function connection(): { stream: Writable; pieces: string[] } {
  const pieces: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      pieces.push(chunk)
      done()
    },
    writev(chunks, done) {
      pieces.push(chunks.map(({ chunk }) => chunk as string).join(''))
      done()
    },
  })
  return { stream, pieces }
}

/** Sends as ioredis does: to the connection of the moment. */
function sending(client: { stream: Writable }): (word: string) => void {
  const gather = gathering(client)
  return (word) => {
    gather()
    client.stream.write(word)
  }
}
