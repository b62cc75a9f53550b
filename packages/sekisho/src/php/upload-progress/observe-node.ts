/**
 * Watches the uploads of Node's `http` go by, without reading them in anybody's place.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { PhpSessions } from '../functions/create.ts'
import { boundaryOf, FormWatcher } from './multipart.ts'
import { UploadProgress } from './progress.ts'

const watched = new WeakMap<IncomingMessage, UploadProgress>()

/** Watches the body of a request, where there are uploads to be watched. Call it before anybody reads the body. */
export function observeUpload(req: IncomingMessage, sessions: PhpSessions): void {
  if (req.method !== 'POST' || sessions.surroundings.ini.values.get('session.upload_progress.enabled') !== true) return
  const boundary = boundaryOf(req.headers['content-type'])
  if (boundary === undefined) return
  const progress = new UploadProgress(sessions, req, Number(req.headers['content-length'] ?? 0))
  watched.set(req, progress)
  watch(req, new FormWatcher(boundary, progress), progress)
}

/** The progress of a request's upload, where it is watched. */
export function uploadOf(req: IncomingMessage): UploadProgress | undefined {
  return watched.get(req)
}

/**
 * Node's parser pushes what has come into the request. That is before anybody reads it, and before it becomes text; a listener of
 * our own would make it flow, and lose what nobody reads yet.
 */
function watch(req: IncomingMessage, form: FormWatcher, progress: UploadProgress): void {
  const { push } = req
  req.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) {
      progress.received(chunk.length)
      form.push(chunk)
    }
    if (chunk === null) progress.end()
    return push.call(req, chunk, encoding)
  }
}
