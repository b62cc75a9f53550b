/** Checks a password against a bcrypt hash with one of the prefixes `$2a$`, `$2b$` and `$2y$`. */
export type BcryptCheck = (password: Buffer, stored: string) => boolean

/** Not among the dependencies: an operator who wants checks to be a third faster installs it. */
const native = '@node-rs/bcrypt'

let loading: Promise<BcryptCheck> | undefined

/** The native module where it is installed, otherwise the one in JavaScript. Loaded once. */
export function loadBcrypt(): Promise<BcryptCheck> {
  loading ??= nativeBcrypt().then((check) => check ?? portableBcrypt())
  return loading
}

/** @returns Undefined when it is not installed, or not for this machine. */
async function nativeBcrypt(): Promise<BcryptCheck | undefined> {
  try {
    const { verifySync } = (await import(native)) as { verifySync?: (password: Uint8Array, stored: string) => boolean }
    return typeof verifySync === 'function' ? (password, stored) => verifySync(password, stored) : undefined
  } catch {
    return undefined
  }
}

/** Takes passwords as text: octets that are no UTF-8 match nothing. */
export async function portableBcrypt(): Promise<BcryptCheck> {
  const { compareSync } = await import('bcryptjs')
  return (password, stored) => {
    const text = password.toString()
    return Buffer.from(text).equals(password) && compareSync(text, stored)
  }
}
