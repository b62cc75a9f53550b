import assert from 'node:assert/strict'
import { it } from 'node:test'
import {
  clientFields,
  fieldsForApp,
  fieldsForClient,
  fieldValue,
  foldedName,
  lengthLast,
  trailerPairs,
} from './fields.ts'

const sending = {
  host: 'app:3000',
  otherwise: 'app:3000',
  length: undefined,
  chunked: false,
  expect: false,
  trailers: false,
}

it('keeps what a client says to the app', () => {
  assert.deepEqual(clientFields(['Host', 'a', 'x-A', '1', 'X-a', '2', 'Content-Length', '0']), [
    'Host',
    'a',
    'x-A',
    '1',
    'X-a',
    '2',
    'Content-Length',
    '0',
  ])
})

it('does not let Connection take away what routes or frames a request', () => {
  const fields = ['Host', 'a', 'Content-Length', '5', 'X-Gone', '1']
  assert.deepEqual(clientFields([...fields, 'Connection', 'host, content-length, x-gone']), fields.slice(0, 4))
})

it('makes Host of :authority, and no field of the other pseudo fields', () => {
  assert.deepEqual(clientFields([':method', 'GET', ':authority', 'a', ':path', '/', 'x', '1']), ['Host', 'a', 'x', '1'])
  assert.deepEqual(clientFields([':authority', 'a', 'host', 'a']), ['host', 'a'])
})

it('leaves out other spellings of what is for one connection only', () => {
  assert.deepEqual(clientFields(['Transfer_Encoding', 'chunked', 'content.length', '1', 'PROXY', 'x', 'Pro_xy', 'y']), [
    'Pro_xy',
    'y',
  ])
})

it('frames a request as it is sent, whatever the list says', () => {
  const list = ['host', 'shop', 'Content-Length', '7', 'Expect', '100-continue', 'Trailer', 'X', 'Host', 'twice']
  assert.deepEqual(fieldsForApp(list, sending), ['host', 'app:3000'])
  assert.deepEqual(fieldsForApp(list, { ...sending, host: undefined, length: 3, expect: true }), [
    'host',
    'shop',
    'Content-Length',
    '3',
    'Expect',
    '100-continue',
  ])
  assert.deepEqual(fieldsForApp([], { ...sending, host: undefined, length: 0 }), [
    'Host',
    'app:3000',
    'Content-Length',
    '0',
  ])
  assert.deepEqual(fieldsForApp(['Trailer', 'X'], { ...sending, chunked: true, trailers: true }), [
    'Host',
    'app:3000',
    'Trailer',
    'X',
    'TE',
    'trailers',
    'Connection',
    'TE',
    'Transfer-Encoding',
    'chunked',
  ])
})

it('announces trailers to a client only where they can come', () => {
  const raw = ['Trailer', 'X', 'Content-Type', 'a/b']
  const shape = { body: true, status: 200, trailers: true }
  assert.deepEqual(fieldsForClient(raw, shape), raw)
  assert.deepEqual(fieldsForClient(raw, { ...shape, trailers: false }), raw.slice(2))
  assert.deepEqual(fieldsForClient(raw, { ...shape, body: false }), raw.slice(2))
  assert.deepEqual(fieldsForClient([...raw, 'Content-Length', '1'], shape), [
    'Content-Type',
    'a/b',
    'Content-Length',
    '1',
  ])
})

it('tells names apart as programs with variables do', () => {
  assert.deepEqual(
    ['X-Remote-User', 'x_remote.USER', 'X!Remote~User'].map(foldedName),
    Array<string>(3).fill('x-remote-user'),
  )
})

it('finds the first value of a field', () => {
  assert.equal(fieldValue(['A', '1', 'b', '2', 'B', '3'], 'b'), '2')
  assert.equal(fieldValue(['A', '1'], 'b'), undefined)
})

it('leaves no field in a trailer that belongs in a head', () => {
  assert.deepEqual(trailerPairs(['X', '1', 'Set_Cookie', '2', 'Host', 'b', 'X-Forwarded-For', '3', 'Y', '4']), [
    ['X', '1'],
    ['Y', '4'],
  ])
})

it('moves a length only behind a file name beyond ASCII', () => {
  const plain = ['Content-Length', '1', 'Content-Disposition', 'attachment', 'X', '1']
  const moved = ['Content-Length', '1', 'Content-Disposition', 'x=\xe9', 'X', '1']
  lengthLast(plain)
  lengthLast(moved)
  assert.deepEqual(plain.slice(0, 2), ['Content-Length', '1'])
  assert.deepEqual(moved, ['Content-Disposition', 'x=\xe9', 'X', '1', 'Content-Length', '1'])
})
