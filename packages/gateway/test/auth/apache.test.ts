/** The same configuration, users and requests on the real server and here. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startApache } from '../../../../scripts/services.ts'
import { loginModules } from '../apache.ts'
import { brief, type Gate, gate, TestSession } from './gate.ts'
import { basicLogin, randomSections } from './random-rules.ts'

const sha1 = '{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM='
const bcrypt = '$2y$04$BXkTaSO5jama4SoGq39xXuVSURz1G9pqWp5TPn.UCz4qqtDa0qiS.'
const unlimited = { burst: 1e6, everyMs: 1 }
const limits = { user: unlimited, address: unlimited }

interface Asked {
  readonly path: string
  readonly method?: string
  readonly authorization?: string | undefined
  readonly form?: string | undefined
  readonly type?: string
}

function encoded(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** `404` for whoever came in, as there is nothing to be found; otherwise the status, and where to or what for. */
function askReal(port: number, asked: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const { path, method = 'GET', authorization, form, type = 'application/x-www-form-urlencoded' } = asked
    const headers = {
      connection: 'close',
      host: 'shop.example',
      ...(authorization !== undefined && { authorization }),
      ...(form !== undefined && { 'content-type': type }),
    }
    const sent = request({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      answer.resume()
      const { statusCode, headers: fields } = answer
      resolve(
        [statusCode, fields.location ?? fields['www-authenticate']].filter((part) => part !== undefined).join(' '),
      )
    })
    sent.on('error', reject).end(form)
  })
}

const here = { environment: { on: '1' }, remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' }

async function askOurs(
  admit: Gate['admit'],
  { path, method = 'GET', authorization, form, type }: Asked,
): Promise<string> {
  const headers = {
    ...(authorization !== undefined && { authorization }),
    ...(type !== undefined && { 'content-type': type }),
  }
  const outcome = await admit(path, {
    ...here,
    method,
    headers,
    ...(form !== undefined && { form, session: new TestSession() }),
  })
  return outcome.kind === 'answer' ? brief(outcome) : '404'
}

const sections = randomSections(process.env['SEKISHO_LONG'] === '1' ? 900 : 90, 20_261)

/** Who asks for each section, and how. */
const visits = [undefined, 'bob:pw', 'ann:pw', 'two words:pw', 'ann:wrong'].flatMap((user) =>
  ['GET', 'POST'].flatMap((method) =>
    ['', '/sub'].map((rest) => ({ rest, method, authorization: user === undefined ? undefined : encoded(user) })),
  ),
)

const users = [
  `bob:${sha1}`,
  `ann:${sha1}`,
  `  leading:${sha1}`,
  `trailing :${sha1}`,
  `several::${sha1}`,
  `extra:${sha1}:x:y`,
  'conti\\',
  `nued:${sha1}`,
  '# a comment \\',
  `swallowed:${sha1}`,
  `#hash:${sha1}`,
  'empty:',
  'no colon',
  `ann:$apr1$BzhDZ03D$U598kbSXGy/R7OhYXu.JJ0`,
  `lower:{sha}${sha1.slice(5)}`,
  `short:${sha1.slice(0, -1)}`,
  `long:${sha1}x`,
  `山田:${sha1}`,
  `two words:${sha1}`,
  `crlf:${sha1}\r`,
  `2y:${bcrypt}`,
  `2a:${bcrypt.replace('2y', '2a')}`,
  `2b:${bcrypt.replace('2y', '2b')}`,
  `2x:${bcrypt.replace('2y', '2x')}`,
  `last:${sha1}\\`,
].join('\n')
const groups = ['Staff: ann "two words"', '# admins: ann', 'admins: \\', ' bob', 'staff : bob'].join('\n')

const formLogin =
  'AuthType Form\nAuthName f\nAuthFormProvider file\nAuthUserFile %USERS%\nSession On\nSessionCookieName s path=/'
const forms: Readonly<Record<string, string>> = {
  '/form': 'Require valid-user',
  '/form-locations': `AuthFormLoginRequiredLocation /login?u=%{REQUEST_URI}
AuthFormLoginSuccessLocation /welcome?%{REMOTE_USER}\nRequire valid-user`,
  '/form-fields': 'AuthFormUsername u\nAuthFormPassword p\nAuthFormLocation l\nRequire valid-user',
  '/form-size': 'AuthFormSize 60\nRequire valid-user',
  '/form-user': 'Require user ann',
  '/form-forbidden': 'AuthzSendForbiddenOnFailure On\nRequire user ann',
}
const bodies = [
  'httpd_username=bob&httpd_password=pw',
  'httpd_username=ann&httpd_password=pw&httpd_location=/next',
  'httpd_username=bob&httpd_password=no',
  'httpd_username=nobody&httpd_password=pw',
  'httpd_username=bob&httpd_username=x&httpd_password=pw&httpd_password=x',
  'httpd_username=x&httpd_username=bob&httpd_password=x&httpd_password=pw',
  'httpd%5Fusername=bob&httpd_password=%70w',
  'httpd_username=two+words&httpd_password=pw',
  'httpd_username=%E5%B1%B1%E7%94%B0&httpd_password=pw',
  'httpd_username=bob',
  'httpd_password=pw',
  'httpd_username=&httpd_password=pw',
  'httpd_username=bob&httpd_password=',
  'httpd_username=bob&httpd_password=pw&x=%zz&=&&y',
  'u=bob&p=pw&l=/next',
  `httpd_username=bob&httpd_password=pw&x=${'y'.repeat(9000)}`,
  '',
  undefined,
]

describe('as the real server, with the same configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-differential-'))
  const paths = { users: join(folder, 'users'), groups: join(folder, 'groups') }
  const formSections = Object.entries(forms).map(
    ([path, lines]) => `<Location ${path}>\n${formLogin}\n${lines}\n</Location>`,
  )
  const usersSection = `<Location /users>\n${basicLogin}\nRequire valid-user\n</Location>`
  const config = [...sections.values(), ...formSections, usersSection].join('\n')
  let apache: Awaited<ReturnType<typeof startApache>>

  before(async () => {
    writeFileSync(paths.users, `${users}\n`)
    writeFileSync(paths.groups, `${groups}\n`)
    chmodSync(folder, 0o755)
    const conf = `${config.replaceAll('%USERS%', paths.users).replaceAll('%GROUPS%', paths.groups)}\nSetEnvIf Request_URI . on=1\n`
    apache = await startApache({ modules: loginModules, conf })
  })

  after(async () => {
    await apache?.stop()
    rmSync(folder, { recursive: true })
  })

  it(`requirements let in, ask and refuse alike (${sections.size * visits.length} requests)`, async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    const differences: string[] = []
    const seen = new Map<string, number>()
    for (const [name, text] of sections)
      for (const { rest, ...visit } of visits) {
        const asked = { path: `${name}${rest}`, ...visit }
        const [theirs, mine] = [await askReal(apache.port, asked), await askOurs(admit, asked)]
        seen.set(theirs, (seen.get(theirs) ?? 0) + 1)
        if (theirs !== mine) differences.push(`${JSON.stringify(asked)}: ${theirs}, here ${mine}\n${text}`)
      }
    assert.deepEqual(differences, [])
    assert.deepEqual([...seen.keys()].toSorted(), ['401 Basic realm="A realm"', '403', '404', '500'])
    for (const [status, count] of seen) assert.ok(count > 20, `${status} came up ${count} times`)
  })

  it('lines of a password file, and what is sent in the header, count alike', async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    const lines = [...users.matchAll(/^\s*([^:\n]*)/gm)].map(([, name = '']) => name).filter((name) => name !== '2x')
    const names = [...lines, 'continued', 'swallowed', ' leading', 'Bob', 'nobody']
    const plain = btoa('bob:pw')
    const sent = names
      .flatMap((name) => [encoded(`${name}:pw`), encoded(`${name}:secret`)])
      .concat(['bob:no', 'bob', 'empty:', ':pw', 'ann:pform', 'bob\0:pw'].map(encoded))
      .concat(['Basic', 'Basic !!!!', 'Bearer x', `basic ${plain}`, `BASIC   ${plain}`, `Basic\t${plain}`])
    let granted = 0
    for (const authorization of sent) {
      const asked = { path: '/users', authorization }
      const mine = await askOurs(admit, asked)
      assert.equal(mine, await askReal(apache.port, asked), Buffer.from(authorization.slice(6), 'base64').toString())
      if (mine === '404') granted += 1
    }
    assert.ok(granted > 10 && granted < sent.length - 10, `${granted} of ${sent.length}`)
  })

  it('but for what is sent beyond the credentials or would end a password, and a kind of bcrypt with a bug', async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    const taken = [`Basic ${btoa('bob:pw')} x`, `Basic ${btoa('bob:pw')}!!`, encoded('bob:pw\0x'), encoded('2x:secret')]
    for (const authorization of taken) {
      const asked = { path: '/users', authorization }
      assert.equal(await askReal(apache.port, asked), '404', authorization)
      assert.equal(await askOurs(admit, asked), '401 Basic realm="A realm"', authorization)
    }
  })

  it('login forms are taken, refused and sent on alike', async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    const seen = new Set<string>()
    for (const path of Object.keys(forms))
      for (const form of bodies) {
        const asked = { path, form, method: form === undefined ? 'GET' : 'POST' }
        const mine = await askOurs(admit, asked)
        const theirs = await askReal(apache.port, asked)
        // The real server puts what came out of the request into the header as it is.
        assert.equal(decodeURI(mine), Buffer.from(theirs, 'latin1').toString(), `${path} ${form}`)
        seen.add(mine)
      }
    const welcomes = ['302 /welcome?bob', '302 /welcome?two%20words', '302 /welcome?%e5%b1%b1%e7%94%b0']
    const others = ['302 /login?u=/form-locations', '302 /next', '401', '403', '404', '413']
    assert.deepEqual([...seen].toSorted(), [...welcomes, ...others].toSorted())
    const untyped = { path: '/form', form: bodies[0], method: 'POST', type: 'text/plain' }
    assert.deepEqual([await askReal(apache.port, untyped), await askOurs(admit, untyped)], ['401', '401'])
  })

  it('but for where a form may send to: only within the site', async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    for (const location of ['http://evil.example/', '//evil.example/', '']) {
      const form = `${bodies[0]}&httpd_location=${encodeURIComponent(location)}`
      const asked = { path: '/form', form, method: 'POST' }
      assert.equal(await askReal(apache.port, asked), location === '' ? '302' : `302 ${location}`)
      assert.equal(await askOurs(admit, asked), '404', 'logged in, and served at once')
    }
  })

  it('but for a wrong password, which the real server sends to where a right one was to lead', async (t) => {
    const { admit } = gate(t, config, { users, groups, limits })
    const form = 'httpd_username=bob&httpd_password=no&httpd_location=/next'
    const asked = { path: '/form', form, method: 'POST' }
    assert.equal(await askReal(apache.port, asked), '302 /next')
    assert.equal(await askOurs(admit, asked), '401')
  })
})
