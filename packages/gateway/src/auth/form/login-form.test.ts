import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { settingsFor } from '../../../test/configs.ts'
import { formFields, isForm, readLoginForm } from './login-form.ts'

function fieldsOf(body: string): Record<string, string> {
  return Object.fromEntries([...formFields(Buffer.from(body))].map(([name, value]) => [name, value.toString()]))
}

describe('a posted form', () => {
  it('is read as browsers write it', () => {
    assert.deepEqual(fieldsOf('a=1&b=hello+world&c=%E8%8C%B6&d=a%3Db%26c&e=&f'), {
      a: '1',
      b: 'hello world',
      c: '茶',
      d: 'a=b&c',
      e: '',
      f: '',
    })
    assert.deepEqual(fieldsOf('a=b=c&&=x&%61b=1'), { a: 'b=c', ab: '1' })
    assert.deepEqual(fieldsOf(''), {})
  })

  it('keeps what is no escape', () => {
    assert.deepEqual(fieldsOf('a=%&b=%z1&c=%4&d=100%&e=%zz%41'), { a: '%', b: '%z1', c: '%4', d: '100%', e: '%zzA' })
  })

  it('counts the first of several fields of one name, as the real server does', () => {
    assert.deepEqual(fieldsOf('a=1&a=2&%61=3'), { a: '1' })
  })

  it('agrees with the form decoder of the platform', () => {
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((name) => name !== ''),
          text,
        ),
        (fields) => {
          const written = new URLSearchParams(Object.entries(fields)).toString()
          assert.deepEqual(new Map(Object.entries(fieldsOf(written))), new Map(new URLSearchParams(written)))
        },
      ),
    )
  })

  it('keeps the octets of a password', () => {
    assert.deepEqual(formFields(Buffer.from('p=%ff%00%c3')).get('p'), Buffer.from([0xff, 0, 0xc3]))
    assert.deepEqual(formFields(Buffer.from('p=\xff', 'latin1')).get('p'), Buffer.from([0xff]))
  })

  it('has the fields that the configuration names', () => {
    const body = Buffer.from(
      'httpd_username=ann&httpd_password=x&httpd_location=/a&httpd_mimetype=t&httpd_body=b&u=bob&p=y',
    )
    const byDefault = readLoginForm(body, settingsFor(''))
    assert.deepEqual(Object.fromEntries(Object.entries(byDefault).map(([name, value]) => [name, String(value)])), {
      username: 'ann',
      password: 'x',
      location: '/a',
      mimetype: 't',
      body: 'b',
    })
    const settings = settingsFor(
      '<Location />\nAuthFormUsername u\nAuthFormPassword p\nAuthFormLocation l\n</Location>',
    )
    const named = readLoginForm(body, settings)
    assert.equal(named.username?.toString(), 'bob')
    assert.equal(named.password?.toString(), 'y')
    assert.equal(named.location, undefined)
  })

  it('is told by its type', () => {
    for (const type of ['application/x-www-form-urlencoded', 'APPLICATION/X-WWW-Form-Urlencoded; charset=utf-8'])
      assert.equal(isForm(type), true, type)
    for (const type of [undefined, '', 'text/plain', 'multipart/form-data', 'application/x-www-form-urlencodedx'])
      assert.equal(isForm(type), false, type)
  })
})
