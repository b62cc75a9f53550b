/**
 * Certificates for a server on 127.0.0.1, and the authority that signed them.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { findProgram } from './programs.ts'
import type { Workplace } from './workplace.ts'

/** Three files in the format PEM. */
export interface Certificates {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Makes an authority, a key and a certificate, valid for two days. */
export async function makeCertificates(place: Workplace): Promise<Certificates> {
  const openssl = (...line: string[]): Promise<void> => place.prepare(findProgram('openssl'), ...line)
  const files = { ca: place.file('ca.crt'), certificate: place.file('server.crt'), key: place.file('server.key') }
  const [caKey, request, names] = [place.file('ca.key'), place.file('server.csr'), place.file('names')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = ['-CA', files.ca, '-CAkey', caKey, '-CAcreateserial', '-extfile', names]
  writeFileSync(names, 'subjectAltName = IP:127.0.0.1, DNS:localhost\n')
  await openssl('req', '-x509', ...curve, '-keyout', caKey, '-out', files.ca, '-days', '2', '-subj', '/CN=Sekisho test')
  await openssl('req', ...curve, '-keyout', files.key, '-out', request, '-subj', '/CN=127.0.0.1')
  await openssl('x509', '-req', '-in', request, '-out', files.certificate, '-days', '2', ...authority)
  return files
}
