/**
 * `session_set_save_handler()`.
 *
 * @module
 */
import type { Context } from './context.ts'
import { callbackHandler, userHandler, type SaveHandlerCallbacks, type UserSaveHandler } from './user-handler.ts'

/** @param args PHP's arguments: an object, or six to nine functions. */
export function setSaveHandler(context: Context, args: readonly unknown[]): boolean {
  const isObject = typeof args[0] !== 'function'
  if (!isObject && context.php >= 804) context.notice('callbacks-deprecated')
  if (context.isActive) return context.refuse('handler-active')
  if (context.answer.headersSent) return context.refuse('handler-sent')
  const results = { deprecated: () => context.notice('handler-result') }
  context.user = isObject
    ? userHandler(args[0] as UserSaveHandler, results)
    : callbackHandler(args as unknown as SaveHandlerCallbacks, context.user?.callbacks, results)
  context.ini.put('session.save_handler', 'user')
  context.forgetStorage()
  return true
}
