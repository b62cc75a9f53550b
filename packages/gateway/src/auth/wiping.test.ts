import assert from 'node:assert/strict'
import { it } from 'node:test'
import { gate } from '../../test/auth/gate.ts'
import { AttemptLimiter } from './limit/attempt-limiter.ts'
import type { Hasher } from './password/hasher.ts'
import { type LoginAttempt, PasswordChecker, type PasswordVerdict } from './password-checker.ts'
import type { PasswordFile } from './files/password-file.ts'

const hasher: Hasher = { isFull: false, matches: async () => true, close: async () => undefined }

/** Keeps the passwords that it was asked about. */
class Keeping extends PasswordChecker {
  readonly passwords: Buffer[] = []
  readonly atThatTime: string[] = []

  override check(file: PasswordFile, attempt: LoginAttempt): Promise<PasswordVerdict> {
    this.passwords.push(attempt.password)
    this.atThatTime.push(attempt.password.toString())
    return super.check(file, attempt)
  }
}

it('wipes passwords as soon as they have been compared', async (t) => {
  const checker = new Keeping({ hasher, limiter: new AttemptLimiter() })
  const login = 'AuthName x\nAuthUserFile %USERS%\nSession On\nRequire valid-user'
  const config = `<Location /basic>\nAuthType Basic\n${login}\n</Location>\n<Location /form>\nAuthType Form\n${login}\n</Location>`
  const { admit } = gate(t, config, { access: { checker } })
  await admit('/basic', { basic: 'bob:secret' })
  await admit('/form', { form: { httpd_username: 'bob', httpd_password: 'secret' } })
  assert.deepEqual(checker.atThatTime, ['secret', 'secret'])
  for (const password of checker.passwords) assert.deepEqual(password, Buffer.alloc(6))
})
