import { anywhere, configFiles, mainServer } from '../contexts.ts'
import { type Directive, listed, type ModuleTable, single } from '../directive.ts'

/** A passphrase as it was written, the program that prints it, or a file of several. */
export type Passphrase =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'file'; readonly path: string }

/** The ciphers of mod_session_crypto, and our own. */
export type CipherName = ApacheCipherName | 'xaes256'

/** Those that Apache knows. */
export type ApacheCipherName = 'aes256' | 'aes192' | 'aes128' | '3des192'

const ciphers = ['aes256', '3des192', 'aes128', 'aes192', 'xaes256'] as const

export const SessionCryptoPassphrase: Directive<readonly Passphrase[]> = listed({
  name: 'SessionCryptoPassphrase',
  contexts: anywhere('AuthConfig'),
  takes: 'ITERATE',
  syntax: 'secret [secret …] | exec:program',
  read(use) {
    const phrases = use.words.filter(({ text }) => text !== '')
    return phrases.map(({ text }): Passphrase => {
      if (!text.startsWith('exec:')) return { kind: 'text', text }
      const [program = '', ...rest] = text.slice('exec:'.length).split(/\s+/)
      return { kind: 'exec', command: [use.absolute(program), ...rest] }
    })
  },
  help: 'The passphrase(s) used to encrypt the session: the first one encrypts, all of them decrypt',
  notes: 'A program that fails or prints nothing keeps the gateway from starting.',
})

/** Its lines stand among those of {@link SessionCryptoPassphrase}: a section that has either replaces both. */
export const SessionCryptoPassphraseFile: Directive<readonly Passphrase[]> = listed<Passphrase>({
  name: 'SessionCryptoPassphraseFile',
  among: SessionCryptoPassphrase,
  contexts: configFiles,
  takes: 'TAKE1',
  syntax: 'path',
  read: (use) => [{ kind: 'file', path: use.absolute(use.words[0]?.text ?? '') }],
  help: 'A file with passphrases, in the order in which SessionCryptoPassphrase would name them.',
})

export const SessionCryptoCipher: Directive<CipherName> = single<CipherName>({
  name: 'SessionCryptoCipher',
  contexts: anywhere('AuthConfig'),
  takes: 'TAKE1',
  syntax: 'aes256|aes192|aes128|3des192|xaes256',
  read(use) {
    const given = use.words[0]?.text ?? ''
    const known = ciphers.find((name) => name === given)
    if (known === 'xaes256')
      use.beyondApache(
        "AH01824: cipher 'xaes256' not recognised by crypto driver: the real server starts, and no session is kept",
        use.words[0],
      )
    if (known !== undefined) return known
    const message = `cipher '${given}' not recognised by crypto driver. session encryption not possible, options: ${ciphers.join(', ')}`
    const lower = ciphers.find(
      (name) =>
        name ===
        given
          .toLowerCase()
          .replaceAll(/[-_]/g, '')
          .replace(/(?:cbc|gcm)$/, ''),
    )
    return use.fail(
      {
        code: 'bad-value',
        message,
        expected: `one of ${ciphers.join(', ')}, in lower case`,
        found: given,
        fix: `write ${lower ?? 'aes256'}`,
      },
      use.words[0],
    )
  },
  initial: 'aes256',
  help: 'The cipher that sessions are encrypted with.',
  notes:
    '`xaes256` is the sealed format `v1` of the library (XAES-256-GCM, bound to the name of the cookie), which the real server does ' +
    'not know: stronger and cheaper than the others, whose integrity hangs on 64 bits. Sessions sealed with another cipher do not open.',
})

export const SessionCryptoDriver: Directive<string> = single({
  name: 'SessionCryptoDriver',
  contexts: mainServer,
  takes: 'RAW_ARGS',
  syntax: 'openssl',
  read: (use) => {
    const [name = ''] = use.raw.split(/\s/, 1)
    if (name === '')
      return use.fail({
        code: 'wrong-arguments',
        message: 'SessionCryptoDriver: Invalid driver name',
        expected: 'openssl',
        found: 'nothing',
      })
    if (name !== 'openssl')
      use.warn({
        code: 'odd-value',
        message: `The crypto library '${name}' could not be loaded`,
        found: name,
        fix: 'remove the line: the gateway always uses OpenSSL',
      })
    return 'openssl'
  },
  initial: 'openssl',
  help: 'The crypto library; here it is always the OpenSSL of the runtime.',
})

export const sessionCryptoModule: ModuleTable = {
  file: 'mod_session_crypto.c',
  id: 'session_crypto_module',
  help: 'Encrypted sessions.',
  directives: [SessionCryptoPassphrase, SessionCryptoPassphraseFile, SessionCryptoCipher, SessionCryptoDriver],
}
