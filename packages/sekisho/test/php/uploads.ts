/**
 * Uploads as a browser sends them, to a server that watches them.
 *
 * @module
 */
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import type { TestContext } from 'node:test'
import { phpSessions } from '../../src/php/adapter/sessions-node.ts'
import { type MemorySessions, memorySessions } from '../../src/php/handler/memory.ts'
import { uploadOf } from '../../src/php/upload-progress/observe-node.ts'
import { serve, textOf } from '../http-server.ts'
import { type Directives, prefixed } from './directives.ts'

/** A part of a form: a field, or a file with its name. */
export type Part = readonly [name: string, content: string, filename?: string]

/** The field that asks for progress. */
export const asked: Part = ['PHP_SESSION_UPLOAD_PROGRESS', 'tests']

/** Two files. */
export const files: readonly Part[] = [
  ['file1', '1', 'file1.txt'],
  ['file2', '22', 'file2.txt'],
]

/** What a server saw of an upload. */
export interface Uploaded {
  /** The body as the handler read it. */
  readonly body: string
  readonly status: number
  /** The sessions afterwards, by id. */
  readonly stored: Readonly<Record<string, string>>
  /** What PHP's log would have. */
  readonly said: readonly string[]
}

/** How a form is sent. */
export interface Sending {
  readonly ini?: Directives
  readonly cookie?: string
  readonly query?: string
  /** Sessions that are there before. */
  readonly sessions?: Readonly<Record<string, string>>
  /** The raw body, in place of the parts. */
  readonly raw?: string
  /** Octets at a time (default: all at once). */
  readonly pieces?: number
  /** Called when a piece has been sent and noted. */
  readonly between?: (sessions: MemorySessions, signal: AbortSignal | undefined) => unknown
}

/** Sends a form to a handler that reads it whole. */
export async function upload(t: TestContext, parts: readonly Part[], sending: Sending = {}): Promise<Uploaded> {
  const memory = memorySessions()
  const said: string[] = []
  const ini = prefixed({
    save_handler: 'memory',
    gc_probability: 0,
    'upload_progress.enabled': 1,
    'upload_progress.min_freq': 0,
    ...sending.ini,
  })
  const sessions = phpSessions(ini, { php: '8.4', modules: [memory], onNotice: ({ message }) => said.push(message) })
  for (const [id, data] of Object.entries(sending.sessions ?? {})) store(memory, id, data)
  let watched: IncomingMessage | undefined
  const port = await serve(
    t,
    sessions.node(async (req, res) => {
      watched = req
      const body = await textOf(req)
      await uploadOf(req)?.settled
      res.end(body, 'latin1')
    }),
  )
  const body = sending.raw ?? formOf(parts)
  const headers = {
    'content-type': formType,
    'content-length': Buffer.byteLength(body),
    ...(sending.cookie === undefined ? {} : { cookie: sending.cookie }),
  }
  const request = http.request({ port, method: 'POST', path: `/${sending.query ?? ''}`, headers, agent: false })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  const octets = Buffer.from(body)
  const { pieces = octets.length } = sending
  for (let at = 0; at < octets.length; at += pieces) {
    request.write(octets.subarray(at, at + pieces))
    if (sending.between === undefined) continue
    await new Promise((resolve) => setTimeout(resolve, 15))
    const progress = watched === undefined ? undefined : uploadOf(watched)
    await progress?.settled
    await sending.between(memory, progress?.signal)
  }
  request.end()
  const [answer] = await answered
  return { status: answer.statusCode ?? 0, body: await textOf(answer), stored: storedIn(memory), said }
}

/** Keeps a session in memory. */
export function store(memory: MemorySessions, id: string, data: string): void {
  memory.put(id, new TextEncoder().encode(data))
}

/** The sessions in memory, by id. */
export function storedIn({ records }: MemorySessions): Record<string, string> {
  return Object.fromEntries([...records].map(([id, { data }]) => [id, new TextDecoder().decode(data)]))
}

const boundary = '---------------------------20896060251896012921717172737'

/** The media type of such a body. */
export const formType: string = `multipart/form-data; boundary=${boundary}`

/** The body of a form. */
export function formOf(parts: readonly Part[]): string {
  const texts = parts.map(([name, content, filename]) => {
    const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: text/plain`
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`
  })
  return `${texts.join('')}--${boundary}--\r\n`
}
