import { servers } from '../contexts.ts'
import { type Directive, listed, type ModuleTable, single } from '../directive.ts'
import { oneOf } from '../readers.ts'

export const SSLEngine: Directive<boolean> = single<boolean>({
  name: 'SSLEngine',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'on|off',
  read: (use) => {
    const word = oneOf(['on', 'off', 'optional'], { message: 'Argument must be On, Off, or Optional' })(use)
    if (word !== 'optional') return word === undefined ? undefined : word === 'on'
    return use.fail(
      {
        code: 'bad-value',
        message: 'SSLEngine optional (RFC 2817) is not supported',
        expected: 'on or off',
        found: 'optional',
      },
      use.words[0],
    )
  },
  initial: false,
  help: 'Whether a server speaks TLS.',
})

export const SSLCertificateFile: Directive<readonly string[]> = file(
  'SSLCertificateFile',
  'The certificate, with those that vouch for it.',
)
export const SSLCertificateKeyFile: Directive<readonly string[]> = file(
  'SSLCertificateKeyFile',
  'The private key of the certificate.',
)

function file(name: string, help: string): Directive<readonly string[]> {
  return listed({
    name,
    contexts: servers,
    takes: 'TAKE1',
    syntax: 'path',
    read: (use) => use.words.map(({ text }) => use.absolute(text)),
    help,
  })
}

export const sslModule: ModuleTable = {
  file: 'mod_ssl.c',
  id: 'ssl_module',
  help: 'HTTPS.',
  directives: [SSLEngine, SSLCertificateFile, SSLCertificateKeyFile],
}
