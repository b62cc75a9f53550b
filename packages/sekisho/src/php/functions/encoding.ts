/**
 * The session's variables and the bytes that are stored: `session_encode()` and `session_decode()`.
 *
 * @module
 */
import { SekishoUsageError } from '../../errors.ts'
import { PhpDecodeError } from '../format/errors.ts'
import { decodeVars, encodeVars, type PhpFormat } from '../format/vars.ts'
import type { Context } from './context.ts'
import { remove } from './identity.ts'

/**
 * All variables, or none: nothing has been touched when this throws.
 *
 * PHP leaves out what its format has no name for, such as a variable `5` in the format `php`. The safe behaviour throws.
 *
 * @throws PhpEncodeError where something cannot be kept.
 */
export function encodeSession(context: Context): Uint8Array {
  try {
    const vars = context.vars.toArray()
    if (context.isSafe) return encodeVars(formatOf(context), vars)
    return encodeVars(formatOf(context), vars, { onSkip: (key) => context.notice('key-skipped', String(key)) })
  } catch (error) {
    if (error instanceof SekishoUsageError) context.notice('encode-failed', error.message)
    throw error
  }
}

/** `session.serialize_handler`. */
export function formatOf({ ini }: Context): PhpFormat {
  return ini.get('session.serialize_handler') as PhpFormat
}

/** Reads stored bytes into the variables, beside those that are there. @returns Whether they could be read. */
export function decodeInto(context: Context, data: Uint8Array): boolean {
  if (data.length === 0) return true
  try {
    const array = decodeVars(formatOf(context), data)
    if (formatOf(context) === 'php_serialize') context.vars.load(array)
    else context.vars.merge(array)
    return true
  } catch (error) {
    if (error instanceof PhpDecodeError) return false
    throw error
  }
}

/** @returns `false` where there are no variables; before 8.6, and outside of `php_serialize`, also where there are none in it. */
export function encode(context: Context): Uint8Array | false {
  if (!context.hasVars) return context.refuse('encode-nothing')
  const data = encodeSession(context)
  return data.length === 0 && context.php < 806 ? false : data
}

/** Bytes into the variables of the session that is under way. PHP destroys it where they cannot be read. */
export async function decode(context: Context, data: Uint8Array): Promise<boolean> {
  if (!context.isActive) return context.refuse('decode-inactive')
  if (decodeInto(context, data)) return true
  if (context.isSafe) return context.refuse('decode-refused')
  return destroyUnread(context)
}

/** What PHP does with a session whose bytes it cannot read; there are variables all the same, and none in them. */
export async function destroyUnread(context: Context): Promise<false> {
  await remove(context)
  context.vars.clear()
  context.hasVars = true
  return context.refuse('decode-failed')
}
