import { resolve } from 'node:path'
import { Command } from 'commander'
import { generateSecret } from 'sekisho/keys'
import type { Terminal } from './terminal/terminal.ts'

/** `sekisho keygen /etc/shop/keys` */
export function keygenCommand(terminal: Terminal): Command {
  return new Command('keygen')
    .description('Make a secret: for a key file, or for SessionCryptoPassphrase')
    .argument('[file]', 'make a key file with it, mode 0600, instead of printing it')
    .addHelpText('after', help)
    .action((file?: string) => keygen(file, terminal))
}

const help = `
A secret has 32 octets of the system's random generator, as 43 characters of base64url. A file that is there is left as it is.

Examples:
  sekisho keygen /etc/shop/keys
  (umask 077; sekisho keygen > /etc/shop/passphrase)    and in the configuration: SessionCryptoPassphrase exec:/bin/cat /etc/shop/passphrase`

async function keygen(file: string | undefined, { out }: Terminal): Promise<void> {
  if (file === undefined) return out.line(generateSecret())
  const { createKeyFile, readKeyLines } = await import('../keys/key-file-node.ts')
  const path = resolve(file)
  createKeyFile(path)
  out.line(`${path}: made, with key ${readKeyLines(path).keys[0]?.id}`)
}
