import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { Diagnostic } from '../config/diagnostics.ts'
import type { SettingsView } from '../config/directive.ts'
import { SSLCertificateFile, SSLCertificateKeyFile, SSLEngine } from '../config/directives/ssl.ts'
import type { Site } from '../config/layer.ts'
import { inFrontOf } from '../config/settings.ts'
import type { Place } from '../config/source.ts'

/** A certificate that is ready for use. */
export interface Certificate {
  readonly context: SecureContext
  /** What the context was made from: a server makes its own for clients that ask for no name. */
  readonly options: SecureContextOptions
}

/** The certificates of a configuration. */
export class Certificates {
  readonly #byFiles: ReadonlyMap<string, Certificate>

  private constructor(byFiles: ReadonlyMap<string, Certificate>) {
    this.#byFiles = byFiles
  }

  /** Reads all certificates that servers with `SSLEngine on` name. What cannot be read is a diagnostic. */
  static load(site: Site): { certificates: Certificates; problems: readonly Diagnostic[] } {
    const byFiles = new Map<string, Certificate>()
    const problems: Diagnostic[] = []
    for (const server of [site.main, ...site.hosts]) {
      const settings = server === site.main ? server.settings : inFrontOf(site.main.settings, server.settings)
      const key = keyOf(settings)
      if (!settings.get(SSLEngine) || key === '' || byFiles.has(key)) continue
      const read = certificateOf(settings)
      if ('context' in read) byFiles.set(key, read)
      else problems.push(read)
    }
    return { certificates: new Certificates(byFiles), problems }
  }

  /** The certificate of a server. */
  of(settings: SettingsView): Certificate | undefined {
    return this.#byFiles.get(keyOf(settings))
  }

  /** For a client that asks for nobody in particular at an address that several share. */
  get first(): Certificate | undefined {
    const [first] = this.#byFiles.values()
    return first
  }
}

function keyOf(settings: SettingsView): string {
  return [...settings.get(SSLCertificateFile), '', ...settings.get(SSLCertificateKeyFile)].join('\n').trim()
}

/** Reads the certificate of a server, and what it needs to be used. */
export function certificateOf(settings: SettingsView): Certificate | Diagnostic {
  try {
    // A list of each: a server may have an RSA and an ECDSA certificate, and the client chooses.
    const cert = settings.get(SSLCertificateFile).map((file) => readFileSync(file))
    const key = settings.get(SSLCertificateKeyFile).map((file) => readFileSync(file))
    const options: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' }
    return { context: createSecureContext(options), options }
  } catch (error) {
    return problem(settings, error instanceof Error ? error.message : String(error))
  }
}

function problem(settings: SettingsView, reason: string): Diagnostic {
  const place: Place = settings.placeOf(SSLCertificateFile) ??
    settings.placeOf(SSLEngine) ?? { file: '', line: 1, column: 1 }
  const { file, line, column } = place
  const denied = /EACCES|EPERM/.test(reason)
  return {
    severity: 'error',
    code: 'bad-value',
    file,
    line,
    column,
    message: denied
      ? `Permission denied: the certificate or its key cannot be read: ${reason}`
      : `The certificate or its key cannot be used: ${reason}`,
    expected: 'a certificate and the key that belongs to it, in PEM, the key without a passphrase',
  }
}
