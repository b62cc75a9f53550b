import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accepted, load } from '../../test/configs.ts'
import { siteAddresses } from './addresses.ts'
import { listenPlans } from './listen-plan.ts'

const tls = 'SSLEngine on\nSSLCertificateFile /c\nSSLCertificateKeyFile /k'

const planned = (text: string) => {
  const { plans, problems } = listenPlans(load(text).site)
  return { at: plans.map(({ host, port, tls: secure }) => `${host ?? '*'}:${port}${secure ? ' tls' : ''}`), problems }
}

it('listens where Listen says, with TLS where a virtual host or the server speaks it', () => {
  const text = `Listen 80\nListen [::1]:8080\nListen 443 https\n<VirtualHost *:443>\n${tls}\n</VirtualHost>`
  assert.deepEqual(planned(text), { at: ['*:80', '::1:8080', '*:443 tls'], problems: [] })
  assert.deepEqual(planned(`Listen 8443\n${tls}`).at, ['*:8443 tls'])
})

it('says what is missing or contradicts itself', () => {
  const messages = (text: string) => planned(text).problems.map(({ message }) => message)
  assert.deepEqual(messages(''), ['no listening sockets available: there is no Listen'])
  assert.deepEqual(messages('Listen 443 https'), ['Listen *:443 https, and nobody there has SSLEngine on'])
  assert.deepEqual(
    messages(`Listen 443\n<VirtualHost *:443>\n${tls}\n</VirtualHost>\n<VirtualHost *:443>\n</VirtualHost>`),
    ['The virtual hosts at *:443 do not agree about SSLEngine: a connection either speaks TLS or it does not'],
  )
})

it('offers the addresses at which a login works', () => {
  const addresses = (text: string) =>
    siteAddresses(accepted(text).site).map(({ url, problem }) => (problem === undefined ? url : `(${url})`))
  const session = 'Session On\nSessionCookieName s path=/'
  assert.deepEqual(addresses(`Listen 80\nListen 127.0.0.1:8080\nListen 192.0.2.1:81\n${session}`), [
    'http://localhost/',
    'http://localhost:8080/',
    'http://192.0.2.1:81/',
  ])
  assert.deepEqual(addresses(`Listen 8080\n${session}; HttpOnly; Secure`), ['(http://localhost:8080/)'])
  assert.deepEqual(
    addresses('Listen 8080\n<Location /a>\nSession On\nSessionCookieName __Host-s path=/\n</Location>'),
    ['(http://localhost:8080/)'],
  )
  const host = `<VirtualHost *:443>\nServerName shop.test\n${tls}\n${session}; Secure\n</VirtualHost>`
  assert.deepEqual(addresses(`Listen 443\n${host}`), ['https://shop.test/'])
})
