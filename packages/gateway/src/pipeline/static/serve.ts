import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { octetsOf } from '../../lib/octets.ts'
import { type Answer, type AnswerBody, refusal } from '../answer.ts'
import { byteRange, type ByteRange } from './byte-range.ts'
import { contentTypeOf } from './content-types.ts'
import { checkPreconditions, rangeApplies, type Validators } from './preconditions.ts'

/** A file to be sent, and what the client said about it. */
export interface FileRequest {
  /** The file itself, no symbolic link. */
  readonly path: string
  /** The name that tells its type. */
  readonly name: string
  readonly method: string
  /** True where the file stands for something else, such as the page of an error: then it is sent whole. */
  readonly unconditional: boolean
  /** @param name In lower case. */
  header(name: string): string | undefined
}

/** Up to this size a file is read at once rather than as a stream. */
const readAtOnce = 64 * 1024

const allow: readonly string[] = ['Allow', 'GET,HEAD,POST,OPTIONS']

/** Answers with a file. A POST is answered like a GET, since a form login ends with whatever page it was sent to. */
export async function serveFile(file: FileRequest): Promise<Answer> {
  if (file.method === 'OPTIONS')
    return { status: 200, headers: allow, body: { kind: 'octets', octets: Buffer.alloc(0) } }
  if (!['GET', 'HEAD', 'POST'].includes(file.method)) return refusal(405, allow)
  const handle = await open(octetsOf(file.path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { answer, streaming } = await answerFrom(handle, file)
    if (!streaming) await handle.close()
    return answer
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function answerFrom(handle: FileHandle, file: FileRequest): Promise<{ answer: Answer; streaming: boolean }> {
  const stats = await handle.stat()
  if (!stats.isFile()) return { answer: refusal(403), streaming: false }
  const validators = validatorsOf(stats)
  const headers = ['Last-Modified', new Date(stats.mtimeMs).toUTCString(), 'ETag', validators.etag]
  if (!file.unconditional) {
    const verdict = checkPreconditions(file.method, file.header, validators)
    if (verdict === 'failed') return { answer: refusal(412), streaming: false }
    if (verdict === 'not-modified') return { answer: refusal(304, headers), streaming: false }
  }
  const range = rangeOf(file, stats.size, validators)
  if (range === 'unsatisfiable')
    return { answer: refusal(416, ['Content-Range', `bytes */${stats.size}`]), streaming: false }
  const body = await bodyOf(handle, range ?? { first: 0, last: stats.size - 1 }, file.method === 'HEAD')
  headers.push('Accept-Ranges', 'bytes', 'Content-Type', contentTypeOf(file.name))
  if (range !== undefined) headers.push('Content-Range', `bytes ${range.first}-${range.last}/${stats.size}`)
  return {
    answer: { status: range === undefined ? 200 : 206, headers, body },
    streaming: body.kind === 'stream',
  }
}

function rangeOf(file: FileRequest, size: number, validators: Validators): ByteRange | 'unsatisfiable' | undefined {
  if (file.method !== 'GET' || file.unconditional || !rangeApplies(file.header('if-range'), validators))
    return undefined
  return byteRange(file.header('range'), size)
}

/** As the real server makes it: size and time in hexadecimal. A file that changed this very second may change again. */
function validatorsOf(stats: Stats): Validators {
  const tag = `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs * 1000).toString(16)}"`
  const settled = Date.now() - stats.mtimeMs > 1000
  return { etag: settled ? tag : `W/${tag}`, modifiedAt: stats.mtimeMs }
}

async function bodyOf(handle: FileHandle, { first, last }: ByteRange, headOnly: boolean): Promise<AnswerBody> {
  const length = last - first + 1
  if (headOnly) return { kind: 'unsent', length }
  if (length > readAtOnce)
    return { kind: 'stream', stream: handle.createReadStream({ start: first, end: last }), length }
  const octets = Buffer.alloc(length)
  const { bytesRead } = await handle.read(octets, 0, length, first)
  return { kind: 'octets', octets: octets.subarray(0, bytesRead) }
}
