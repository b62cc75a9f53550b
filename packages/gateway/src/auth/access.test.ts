import assert from 'node:assert/strict'
import { unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { brief, gate, type TestRequest, TestSession } from '../../test/auth/gate.ts'
import { HostNames } from './authorize/host-names-node.ts'

const basic = 'AuthType Basic\nAuthName R\nAuthUserFile %USERS%\nAuthGroupFile %GROUPS%'
const asked = '401 Basic realm="R"'
const groups = 'Admins: bob\nstaff: ann bob'

/** What a section with these requirements says to nobody, to bob and to ann. */
async function verdicts(t: TestContext, rules: string, request: TestRequest = {}): Promise<string[]> {
  const { admit } = gate(t, `<Location />\n${basic}\n${rules}\n</Location>`, { groups })
  const users = [undefined, 'bob', 'ann']
  const outcomes = users.map(async (user) =>
    brief(await admit('/x', { ...request, ...(user !== undefined && { basic: `${user}:pw` }) })),
  )
  return Promise.all(outcomes)
}

const open = ['pass', 'pass', 'pass']
const closed = ['403', '403', '403']

describe('Require', () => {
  it('lets in, or refuses, without asking who it is', async (t) => {
    assert.deepEqual(await verdicts(t, 'Require all granted'), open)
    assert.deepEqual(await verdicts(t, 'Require all denied'), closed)
    assert.deepEqual(await verdicts(t, 'Require all denied\nRequire all granted'), open)
    assert.deepEqual(await verdicts(t, '<RequireAll>\nRequire all denied\nRequire valid-user\n</RequireAll>'), closed)
  })

  it('asks for a login where that can help', async (t) => {
    assert.deepEqual(await verdicts(t, 'Require valid-user'), [asked, 'pass bob', 'pass ann'])
    assert.deepEqual(await verdicts(t, 'Require user bob "carol b"'), [asked, 'pass bob', asked])
    assert.deepEqual(await verdicts(t, 'Require user'), [asked, asked, asked])
    assert.deepEqual(await verdicts(t, 'Require all denied\nRequire user ann'), [asked, asked, 'pass ann'])
  })

  it('knows groups by their names in every case', async (t) => {
    assert.deepEqual(await verdicts(t, 'Require group ADMINS'), [asked, 'pass bob', asked])
    assert.deepEqual(await verdicts(t, 'Require group none Staff'), [asked, 'pass bob', 'pass ann'])
    assert.deepEqual(await verdicts(t, 'Require group none'), [asked, asked, asked])
  })

  it('does not take not being refused for being let in', async (t) => {
    const all = (rules: string) => `<RequireAll>\n${rules}\n</RequireAll>`
    assert.deepEqual(await verdicts(t, all('Require valid-user\nRequire not user bob')), [asked, asked, 'pass ann'])
    assert.deepEqual(await verdicts(t, all('Require all granted\nRequire not user bob')), open, 'nobody is not bob')
    const none = '<RequireNone>\nRequire user bob\nRequire ip 10\n</RequireNone>'
    assert.deepEqual(await verdicts(t, all(`Require valid-user\n${none}`)), [asked, asked, 'pass ann'])
    assert.deepEqual(await verdicts(t, all(`Require valid-user\n${none}`), { remoteAddress: '10.0.0.1' }), closed)
  })

  it('looks at the request', async (t) => {
    assert.deepEqual(await verdicts(t, 'Require env allowed other'), closed)
    assert.deepEqual(await verdicts(t, 'Require env allowed other', { environment: { other: '' } }), open)
    assert.deepEqual(await verdicts(t, 'Require method GET'), open)
    assert.deepEqual(await verdicts(t, 'Require method GET', { method: 'HEAD' }), open)
    assert.deepEqual(await verdicts(t, 'Require method HEAD'), open)
    assert.deepEqual(await verdicts(t, 'Require method GET', { method: 'POST' }), closed)
    assert.deepEqual(await verdicts(t, 'Require ip 192.0.2.0/24'), open)
    assert.deepEqual(await verdicts(t, 'Require ip 192.0.2.0/24', { remoteAddress: '::ffff:192.0.2.7' }), open)
    assert.deepEqual(await verdicts(t, 'Require ip 192.0.3.0/24 2001:db8::/32'), closed)
    assert.deepEqual(await verdicts(t, 'Require ip 2001:db8::/32', { remoteAddress: '2001:db8::1' }), open)
  })

  it('knows what is local', async (t) => {
    for (const remoteAddress of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '198.51.100.1'])
      assert.deepEqual(await verdicts(t, 'Require local', { remoteAddress }), open, remoteAddress)
    for (const remoteAddress of ['192.0.2.1', '::2', '128.0.0.1'])
      assert.deepEqual(await verdicts(t, 'Require local', { remoteAddress }), closed, remoteAddress)
  })

  it('evaluates expressions, and asks for a login where they depend on who it is', async (t) => {
    assert.deepEqual(await verdicts(t, `Require expr "%{REQUEST_METHOD} == 'GET'"`), open)
    assert.deepEqual(await verdicts(t, `Require expr "%{REQUEST_METHOD} == 'POST'"`), closed)
    const bob = `Require expr "-n %{HTTP:x-none} || tolower(%{REMOTE_USER}) == 'bob'"`
    assert.deepEqual(await verdicts(t, bob), [asked, 'pass bob', asked])
    const forbidden = `AuthzSendForbiddenOnFailure On\n${bob}`
    assert.deepEqual(await verdicts(t, forbidden), [asked, 'pass bob', asked], 'still as somebody unknown')
  })

  it('looks up names', async (t) => {
    const names: Readonly<Record<string, string>> = { '192.0.2.1': 'a.example.org', '192.0.2.2': 'bank.example' }
    const resolver = {
      nameOf: async (address: string) => names[address] ?? assert.fail(),
      addressesOf: async (name: string) => (name === 'a.example.org' ? ['192.0.2.1'] : []),
    }
    const config = (rule: string) => `<Location />\n${rule}\n</Location>`
    const first = gate(t, config('Require host example.org'), { access: { hosts: new HostNames({ resolver }) } })
    assert.equal(brief(await first.admit('/x', { remoteAddress: '192.0.2.1' })), 'pass')
    assert.equal(
      brief(await first.admit('/x', { remoteAddress: '192.0.2.2' })),
      '403',
      'a name that does not lead back',
    )
    assert.equal(
      first.notices[0]?.message,
      "AH01753: access check of 'Require host example.org' to /x failed, reason: unable to get the remote host name",
    )
    const forward = first.reconfigured(config('Require forward-dns b.example.org a.example.org'))
    assert.equal(brief(await forward.admit('/x', { remoteAddress: '192.0.2.1' })), 'pass')
    assert.equal(brief(await forward.admit('/x', { remoteAddress: '192.0.2.2' })), '403')
  })

  it('answers 403 to who is logged in where that is wished', async (t) => {
    assert.deepEqual(await verdicts(t, 'AuthzSendForbiddenOnFailure On\nRequire user ann'), [asked, '403', 'pass ann'])
  })

  it('adds up over sections as AuthMerging says', async (t) => {
    const merged = (merging: string) => `Require user bob\n</Location>\n<Location /x>\n${merging}\nRequire user ann`
    assert.deepEqual(await verdicts(t, merged('AuthMerging Off')), [asked, asked, 'pass ann'])
    assert.deepEqual(await verdicts(t, merged('AuthMerging Or')), [asked, 'pass bob', 'pass ann'])
    assert.deepEqual(await verdicts(t, merged('AuthMerging And')), [asked, asked, asked])
  })

  it('is a mistake without a way to log in, and a way to log in without it', async (t) => {
    const { admit, notices } = gate(
      t,
      `<Location /a>\nRequire valid-user\n</Location>\n<Location /b>\n${basic}\n</Location>\n<Location /c>\nAuthType None\nRequire valid-user\n</Location>`,
    )
    assert.equal(brief(await admit('/a')), '500')
    assert.equal(brief(await admit('/b', { basic: 'bob:pw' })), '500')
    assert.equal(brief(await admit('/c')), '500')
    assert.equal(brief(await admit('/d')), 'pass')
    assert.deepEqual(
      notices.map(({ message }) => message.slice(0, 8)),
      ['AH00027:', 'AH01627:', 'AH00027:'],
    )
  })

  it('says why it refused, in the words of the real server, and not why it let in', async (t) => {
    const config = (rules: string) => `<Location />\n${basic}\n${rules}\n</Location>`
    const { admit, notices, folder, reconfigured } = gate(t, config('Require user carol\nRequire group none'), {
      groups,
    })
    const groupFile = join(folder, 'groups')
    const messages = () => notices.splice(0).map(({ message }) => message)
    await admit('/x', { basic: 'bob:pw' })
    assert.deepEqual(messages(), [
      "AH01663: access to /x failed, reason: user 'bob' does not meet 'require'ments for user to be allowed access",
      "AH01667: Authorization of user bob to access /x failed, reason: user is not part of the 'require'ed group(s).",
      'AH01631: user bob: authorization failure for "/x": ',
    ])
    await admit('/x', { basic: 'uform:pform' })
    assert.equal(
      messages()[1],
      `AH01666: Authorization of user uform to access /x failed, reason: user doesn't appear in group file (${groupFile}).`,
    )
    await reconfigured(config('Require user carol\nRequire valid-user')).admit('/x', { basic: 'bob:pw' })
    assert.deepEqual(messages(), [])
    await reconfigured(config('Require group x').replace('AuthGroupFile %GROUPS%', '')).admit('/x', { basic: 'bob:pw' })
    assert.equal(messages()[0], 'AH01664: No group file was specified in the configuration')
    await reconfigured(config('Require all denied')).admit('/x')
    assert.deepEqual(messages(), ['AH01630: client denied by server configuration: uri /x'])
    await reconfigured(config('Require expr "%{REMOTE_USER} == \'x\'"')).admit('/x', { basic: 'bob:pw' })
    assert.deepEqual(messages(), ['AH01629: authorization failure (no authenticated user): /x'])
  })

  it('refuses members of a group that nobody can look up', async (t) => {
    const { admit, notices, folder, clock } = gate(t, `<Location />\n${basic}\nRequire group staff\n</Location>`, {
      groups,
    })
    assert.equal(brief(await admit('/x', { basic: 'ann:pw' })), 'pass ann')
    unlinkSync(join(folder, 'groups'))
    clock.now = 1000
    assert.equal(brief(await admit('/x', { basic: 'ann:pw' })), asked)
    assert.match(notices[0]?.message ?? '', /^AH01665: Could not open group file: .*groups \(ENOENT\)$/)
    writeFileSync(join(folder, 'groups'), 'staff: ann\n')
    clock.now = 2000
    assert.equal(brief(await admit('/x', { basic: 'ann:pw' })), 'pass ann')
  })
})

describe("the cases of Apache's own tests", () => {
  const any = (type: string) =>
    `AuthType ${type}\nAuthName authz\nAuthUserFile %USERS%\nSession On\nAuthFormLoginRequiredLocation /authz/login.html
AuthFormLoginSuccessLocation /authz/form/\n<RequireAny>\nRequire valid-user\nRequire env allowed\n</RequireAny>`
  const config = `<Location /authz/form>\n${any('Form')}\n</Location>
<Location /authz/basic>\n${any('Basic')}\n</Location>
<Location /authz/fail>\n${basic}\nRequire user foo\n</Location>
<Location /authz/fail/403>\nAuthzSendForbiddenOnFailure On\n</Location>`
  const environment = { allowed: '1' }

  it('log in by a form', async (t) => {
    const { admit } = gate(t, config)
    const session = new TestSession()
    const post = (httpd_password: string) => ({ form: { httpd_username: 'uform', httpd_password }, session })
    assert.equal(brief(await admit('/authz/form/', { session })), '302 /authz/login.html')
    assert.equal(brief(await admit('/authz/form/', post('foo'))), '302 /authz/login.html')
    assert.equal(brief(await admit('/authz/form/', { session })), '302 /authz/login.html')
    assert.equal(brief(await admit('/authz/form/', post('pform'))), '302 /authz/form/')
    assert.equal(brief(await admit('/authz/form/', { session })), 'pass uform')
  })

  it('come in by the environment without a login, and without a word about one', async (t) => {
    const { admit } = gate(t, config)
    const pass = { kind: 'pass', user: undefined, authType: undefined, authorization: undefined }
    for (const path of ['/authz/form/', '/authz/form/foo', '/authz/basic/', '/authz/basic/foo'])
      assert.deepEqual(await admit(path, { environment }), pass)
  })

  it('log in by the dialog of the browser', async (t) => {
    const { admit } = gate(t, config)
    assert.equal(brief(await admit('/authz/basic/')), '401 Basic realm="authz"')
    assert.equal(brief(await admit('/authz/basic/', { basic: 'ubasic:foo' })), '401 Basic realm="authz"')
    assert.equal(brief(await admit('/authz/basic/', { basic: 'ubasic:pbasic' })), 'pass ubasic')
  })

  it('are refused with 401 or 403', async (t) => {
    const { admit } = gate(t, config)
    assert.equal(brief(await admit('/authz/fail/401/', { basic: 'ubasic:pbasic' })), asked)
    assert.equal(brief(await admit('/authz/fail/403/', { basic: 'ubasic:pbasic' })), '403')
  })
})
