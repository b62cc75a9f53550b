import type { ServerResponse } from 'node:http'

/** The methods through which the headers of an answer leave. */
export type Door = 'writeHead' | 'write' | 'end' | 'flushHeaders'
/** One of them, whatever it takes. */
export type Method = (...args: unknown[]) => unknown

/** A call that waits until the session is committed. */
export interface Call {
  readonly door: Door
  readonly args: unknown[]
}

/** What a queued or ignored call returns: as Node does, and "full" for a write, so that a well-behaved source waits. */
export function returned(door: Door, res: ServerResponse): unknown {
  if (door === 'write') return false
  return door === 'end' ? res : undefined
}

export function callbackOf(args: readonly unknown[]): Method | undefined {
  return args.find((arg): arg is Method => typeof arg === 'function')
}

/** Whether Node will take these arguments of a body method. */
export function isBody(door: Door, [chunk]: unknown[]): boolean {
  if (door === 'flushHeaders') return true
  if (door === 'end' && (!chunk || typeof chunk === 'function')) return true
  return typeof chunk === 'string' || chunk instanceof Uint8Array
}

export function isWrite({ door }: Call): boolean {
  return door === 'write'
}

export function sizeOf({ door, args: [chunk, encoding] }: Call): number {
  if (door !== 'write' && door !== 'end') return 0
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, encoding as BufferEncoding)
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}
