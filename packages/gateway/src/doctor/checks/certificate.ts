import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SettingsView } from '../../config/directive.ts'
import { ServerName } from '../../config/directives/core.ts'
import { SSLCertificateFile, SSLCertificateKeyFile, SSLEngine } from '../../config/directives/ssl.ts'
import type { Site } from '../../config/layer.ts'
import { inFrontOf } from '../../config/settings.ts'
import { certificateOf } from '../../server/certificates.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, quoted } from '../mend/shell.ts'
import type { SitePatient } from '../site/patient.ts'

/** Will browsers take the certificate? */
export const certificateCheck: Check<SitePatient> = {
  name: 'certificate',
  asks: 'Can the certificate and its key be read, do they belong together, is it for this name, and when does it expire?',
  needs: ['configuration'],
  looks: ({ config, now }) =>
    withTls(config.site).map((settings) => ({
      about: { key: settings.get(SSLCertificateFile).join('\n'), name: 'the certificate' },
      run: () => look(settings, now()),
    })),
}

const soonMs = 21 * 86_400_000

function withTls(site: Site): SettingsView[] {
  const servers = [site.main.settings, ...site.hosts.map(({ settings }) => inFrontOf(site.main.settings, settings))]
  return servers.filter((settings) => settings.get(SSLEngine))
}

function look(settings: SettingsView, now: number): Sight {
  const made = certificateOf(settings)
  if (!('context' in made)) return { findings: [made] }
  const place = settings.placeOf(SSLCertificateFile) ?? {}
  const seen = settings.get(SSLCertificateFile).map((path, at) => lookAt(path, at, settings, now))
  return {
    findings: seen.flatMap(({ findings = [] }) => findings.map((one) => ({ ...one, ...place }))),
    details: seen.flatMap(({ details = [] }) => details),
  }
}

function lookAt(path: string, at: number, settings: SettingsView, now: number): Sight {
  const certificate = new X509Certificate(readFileSync(path))
  const key = settings.get(SSLCertificateKeyFile)[at] ?? ''
  const name = settings.own(ServerName)?.host
  const ends = Date.parse(certificate.validTo)
  const renewal = renew(certificate, path, key, name)
  const days = Math.floor((ends - now) / 86_400_000)
  const findings: Advice[] = []
  if (ends <= now)
    findings.push(
      advice('error', 'certificate-bad', `The certificate ${path} has expired on ${certificate.validTo}`, renewal),
    )
  else if (ends - now < soonMs)
    findings.push(advice('warning', 'certificate-soon', `The certificate ${path} expires in ${days} days`, renewal))
  if (Date.parse(certificate.validFrom) > now)
    findings.push(
      advice('error', 'certificate-bad', `The certificate ${path} is valid only from ${certificate.validFrom} on`),
    )
  if (name !== undefined && certificate.checkHost(name) === undefined) {
    const found = certificate.subjectAltName ?? certificate.subject
    findings.push(
      advice('error', 'certificate-bad', `The certificate ${path} is not for ${name}`, { found, ...renewal }),
    )
  }
  return { findings, details: [`${path}: for ${certificate.subjectAltName ?? '?'}, ${days} days left`] }
}

/** Who has made the certificate makes the next one: certbot for Let's Encrypt, and openssl where it was made by hand. */
function renew(
  certificate: X509Certificate,
  path: string,
  key: string,
  name = 'localhost',
): Pick<Advice, 'fix' | 'command'> {
  const [, lineage] = /\/letsencrypt\/live\/([^/]+)\//.exec(path) ?? []
  const fix = 'get a new one; the gateway takes it with SIGHUP'
  if (lineage !== undefined) return { fix, command: asRoot(`certbot renew --cert-name ${quoted(lineage)}`) }
  if (certificate.issuer !== certificate.subject) return { fix }
  const words = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj ${quoted(`/CN=${name}`)}`
  const request = `openssl req -x509 ${words} -addext ${quoted(`subjectAltName=DNS:${name}`)}`
  return { fix, command: asRoot(`${request} -keyout ${quoted(key)} -out ${quoted(path)}`) }
}
