import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate that its owner has signed, and its key, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Makes a certificate. @param name What it is for: `IP:127.0.0.1`, `DNS:app.example`. */
export function selfSigned(name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-proxy-'))
  try {
    const files = { cert: join(folder, 'cert'), key: join(folder, 'key') }
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const subject = ['-subj', '/CN=app', '-addext', `subjectAltName=${name}`]
    const line = ['req', '-x509', ...curve, '-keyout', files.key, '-out', files.cert, '-days', '2', ...subject]
    const { status, stderr } = spawnSync('openssl', line, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl made no certificate (apt-get install openssl): ${stderr}`)
    return { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
