import type { IncomingMessage } from 'node:http'

/** The most bytes that a form may have. */
export const formLimit: number = 16 * 1024

/** Why a form was not taken: an HTTP status. */
export type FormRefusal = 400 | 413 | 415

/** Reads the fields of a form, or says why not. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | FormRefusal> {
  const [type = ''] = (req.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return 415
  if (Number(req.headers['content-length'] ?? 0) > formLimit) return 413
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Left before its end, the stream would be destroyed, and the refusal would reach nobody.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > formLimit) return 413
      chunks.push(chunk)
    }
  } catch {
    return 400 // the visitor has gone
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

/** A whole number from 0 to 99 as people and browsers write it; anything else is `undefined`. */
export function smallNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,2}$/.test(text) ? Number(text) : undefined
}

/**
 * Where to go after a form: only to a path of this shop. Printable ASCII without a space or a backslash; two slashes in
 * front would name another host.
 */
export function ownPath(text: string | null | undefined): string {
  if (typeof text !== 'string' || text.length > 1000) return '/'
  return /^\/(?!\/)[\u0021-\u005b\u005d-\u007e]*$/.test(text) ? text : '/'
}
