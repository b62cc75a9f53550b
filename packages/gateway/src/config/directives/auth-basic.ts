import { sections } from '../contexts.ts'
import { type Directive, listed, type ModuleTable, optional, type Reader, single } from '../directive.ts'
import { flag, oneOf, path, text } from '../readers.ts'

const contexts = sections('AuthConfig')

/** Where users can be looked up. The first name that is none is reported in the words of the real server. */
export const providers: Reader<readonly string[]> = (use) => {
  for (const word of use.words) {
    if (word.text === 'file') continue
    const message = `Unknown Authn provider: ${word.text}`
    return use.fail(
      {
        code: 'bad-value',
        message,
        expected: 'file',
        found: word.text,
        fix: 'keep users in a file made with "sekisho htpasswd" and name it with AuthUserFile',
      },
      word,
    )
  }
  return use.words.map((word) => word.text)
}

export const AuthBasicProvider: Directive<readonly string[]> = listed({
  name: 'AuthBasicProvider',
  contexts,
  takes: 'ITERATE',
  syntax: 'provider …',
  read: providers,
  initial: ['file'],
  help: 'Where users are looked up.',
})

export const AuthBasicAuthoritative: Directive<boolean> = single({
  name: 'AuthBasicAuthoritative',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: true,
  help: 'Whether a user that is found nowhere is refused.',
})

/** What a faked `Authorization` header is made of; undefined switches it off. */
export interface FakedBasic {
  readonly user: string
  readonly password: string
}

export const AuthBasicFake: Directive<FakedBasic | undefined> = optional({
  name: 'AuthBasicFake',
  contexts,
  takes: 'TAKE12',
  syntax: 'Off | user [password]',
  read: ({ words: [user, password] }) => ({ user: user?.text ?? '', password: password?.text ?? 'password' }),
  help: 'What the app behind is told by way of a Basic login.',
})

export const AuthBasicUseDigestAlgorithm: Directive<'off' | 'MD5'> = single<'off' | 'MD5'>({
  name: 'AuthBasicUseDigestAlgorithm',
  contexts,
  takes: 'TAKE1',
  syntax: 'Off',
  read(use) {
    if (use.words[0]?.text.toLowerCase() === 'off') return 'off'
    return use.fail(
      {
        code: 'bad-value',
        message: 'AuthBasicUseDigestAlgorithm: digest passwords are not supported',
        expected: 'Off',
        found: use.words[0]?.text ?? '',
        fix: 'remove the line, and make the password file with "sekisho htpasswd"',
      },
      use.words[0],
    )
  },
  initial: 'off',
  help: 'Whether passwords are kept as digests; they are not.',
})

export const AuthUserFile: Directive<string | undefined> = optional({
  name: 'AuthUserFile',
  contexts,
  takes: 'TAKE1',
  syntax: 'path',
  read: path,
  help: 'The file of users and hashed passwords.',
})

/** Ways of keeping passwords that are refused unless they are named. */
export type WeakPasswords = 'des' | 'plain'

export const AuthUserFileAllow: Directive<readonly WeakPasswords[]> = listed<WeakPasswords>({
  name: 'AuthUserFileAllow',
  contexts,
  takes: 'ITERATE',
  syntax: 'des|plain …',
  read(use) {
    const kinds: WeakPasswords[] = []
    for (const word of use.words) {
      const kind = (['des', 'plain'] as const).find((name) => name === word.text.toLowerCase())
      if (kind === undefined) {
        const message = `AuthUserFileAllow takes des and plain, and not ${word.text}`
        return use.fail({ code: 'bad-value', message, expected: 'des or plain', found: word.text }, word)
      }
      kinds.push(kind)
    }
    return kinds
  },
  help: 'Weak passwords that are taken from the file nevertheless.',
  notes:
    'Without it, a user whose password is kept as DES (crypt(3), of which eight characters count) or as plain text cannot log ' +
    'in, and the log names the line. Better: set a new password with `sekisho htpasswd`.',
  origin: 'sekisho',
})

export const AuthType: Directive<'Basic' | 'Form' | 'None' | undefined> = optional<'Basic' | 'Form' | 'None'>({
  name: 'AuthType',
  contexts,
  takes: 'TAKE1',
  syntax: 'Basic|Form|None',
  read: oneOf(['Basic', 'Form', 'None']),
  help: 'How people log in: by the dialog of the browser, by a form, or not at all.',
})

export const AuthName: Directive<string | undefined> = optional({
  name: 'AuthName',
  contexts,
  takes: 'TAKE1',
  syntax: 'realm',
  read: text,
  help: 'What is protected, as the login shows it; logins are kept apart by it.',
})

export const authBasicModule: ModuleTable = {
  file: 'mod_auth_basic.c',
  id: 'auth_basic_module',
  help: 'Login by the dialog of the browser.',
  directives: [AuthBasicProvider, AuthBasicAuthoritative, AuthBasicFake, AuthBasicUseDigestAlgorithm],
}

export const authnFileModule: ModuleTable = {
  file: 'mod_authn_file.c',
  id: 'authn_file_module',
  help: 'Users and passwords from a file.',
  directives: [AuthUserFile, AuthUserFileAllow],
}

export const authnCoreModule: ModuleTable = {
  file: 'mod_authn_core.c',
  id: 'authn_core_module',
  help: 'What every kind of login needs.',
  directives: [AuthType, AuthName],
}
