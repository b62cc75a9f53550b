import {
  AuthFormBody,
  AuthFormLocation,
  AuthFormMimetype,
  AuthFormPassword,
  AuthFormUsername,
} from '../../config/directives/auth-form.ts'
import type { SettingsView } from '../../config/directive.ts'

/** The fields of a login form, as octets; undefined where there is no such field. */
export interface LoginForm {
  readonly username: Buffer | undefined
  readonly password: Buffer | undefined
  readonly location: Buffer | undefined
  readonly mimetype: Buffer | undefined
  readonly body: Buffer | undefined
}

/** True for the only type of a body that is read as a form. */
export function isForm(contentType: string | undefined): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType ?? '')
}

/** Picks the fields of a login out of the body of a request. Of several with one name the first counts, as in Apache. */
export function readLoginForm(body: Buffer, settings: SettingsView): LoginForm {
  const fields = formFields(body)
  return {
    username: fields.get(settings.get(AuthFormUsername)),
    password: fields.get(settings.get(AuthFormPassword)),
    location: fields.get(settings.get(AuthFormLocation)),
    mimetype: fields.get(settings.get(AuthFormMimetype)),
    body: fields.get(settings.get(AuthFormBody)),
  }
}

/** The fields of a form. Values stay octets: a password is never a text, which nobody could wipe. */
export function formFields(body: Buffer): ReadonlyMap<string, Buffer> {
  const fields = new Map<string, Buffer>()
  for (let at = 0; at <= body.length;) {
    const end = indexOrEnd(body, 0x26, at, body.length)
    const equals = indexOrEnd(body, 0x3d, at, end)
    const name = decoded(body.subarray(at, equals)).toString()
    if (name !== '' && !fields.has(name))
      fields.set(name, decoded(body.subarray(equals + 1, Math.max(equals + 1, end))))
    at = end + 1
  }
  return fields
}

function indexOrEnd(octets: Buffer, sign: number, from: number, end: number): number {
  const at = octets.indexOf(sign, from)
  return at === -1 || at > end ? end : at
}

/** Undoes `+` and `%xx`; a `%` that begins no escape stays. */
function decoded(octets: Buffer): Buffer {
  const result = Buffer.alloc(octets.length)
  let length = 0
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0
    const escaped = octet === 0x25 ? hexValue(octets[at + 1]) * 16 + hexValue(octets[at + 2]) : Number.NaN
    if (!Number.isNaN(escaped)) at += 2
    result[length] = Number.isNaN(escaped) ? plain(octet) : escaped
    length += 1
  }
  return result.subarray(0, length)
}

function plain(octet: number): number {
  return octet === 0x2b ? 0x20 : octet
}

function hexValue(octet: number | undefined): number {
  if (octet === undefined) return Number.NaN
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN
}
