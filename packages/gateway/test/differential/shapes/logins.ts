import { type Access, Host, type Login, type Scenario, type Section, type Visit } from '../scenario.ts'
import { type Making, passing, someSession, surroundings, usersOf, within } from './making.ts'
import { someVisit } from './visits.ts'

const pages = ['/login.html', '/login.html?from=%{REQUEST_URI}']
const realms = ['realm', 'realm one']
const targets = [
  '/in',
  '/in/x',
  '/in/x?q=1',
  '/in/deep/x',
  '/free',
  '/known',
  '/known/x',
  '/login',
  '/login',
  '/logout',
  '/login.html',
]

/** Login by a form: at a protected place, at a handler, and the way out. */
export function logins(making: Making): Omit<Scenario, 'shape'> {
  const { random, seed, secrets, places } = making
  const realm = random.pick(realms)
  const loginPage = random.maybe(0.4, () => random.pick(pages))
  const passphrase = random.maybe(0.3, () => 'AuthFormSitePassphrase "of this site"') ?? ''
  const form = [
    'AuthType form',
    `AuthName "${realm}"`,
    'AuthFormProvider file',
    `AuthUserFile ${places.folder}/users`,
    `AuthGroupFile ${places.folder}/groups`,
    ...(loginPage === undefined ? ['ErrorDocument 401 /login.html'] : [`AuthFormLoginRequiredLocation "${loginPage}"`]),
    ...(random.maybe(0.4, () => ['AuthFormLoginSuccessLocation "/in/welcome?%{REMOTE_USER}"']) ?? []),
    ...(passphrase === '' ? [] : [passphrase]),
  ]
  const access: Access = { type: 'form', realm, hasLoginPage: loginPage !== undefined }
  const extra = random.several(extras, random.below(2))
  const places_: Section[] = [
    {
      opening: 'Location /in',
      kind: 'location',
      covers: within('/in'),
      access: { ...access, fakesBasic: extra.includes('AuthFormFakeBasicAuth On') },
      lines: [...form, random.pick(requirementsFor(usersOf(seed))), ...extra],
    },
    {
      opening: 'Location /known',
      kind: 'location',
      covers: within('/known'),
      access,
      lines: [...form, random.pick(['Require all granted', 'Require method GET POST HEAD OPTIONS PUT DELETE'])],
    },
    {
      opening: 'Location /login',
      kind: 'location',
      covers: within('/login'),
      access: { ...access, handler: 'login' },
      lines: [...form, 'Require all granted', 'SetHandler form-login-handler'],
    },
    {
      opening: 'Location /logout',
      kind: 'location',
      covers: within('/logout'),
      access: { ...access, handler: 'logout' },
      lines: [
        `AuthName "${realm}"`,
        'SetHandler form-logout-handler',
        ...(random.maybe(0.5, () => ['AuthFormLogoutLocation /bye']) ?? []),
      ],
    },
  ]
  const { cookie: _, ...session } = someSession(making, 0.25)
  const handlers = ['ProxyPass /login !', 'ProxyPass /logout !']
  const server = surroundings(making, { env: true, ...session, on: true }, [...handlers, ...passing(making)])
  const host = new Host(`h${seed}.example`, [server, ...places_])
  const visits = Array.from({ length: 8 + random.below(6) }, () => loginVisit(making, host.name))
  return { seed, secrets, hosts: [host], visits }
}

function requirementsFor([bob, ann]: ReturnType<typeof usersOf>): readonly string[] {
  return [
    'Require valid-user',
    'Require valid-user',
    `Require user ${bob} ${ann}`,
    'Require group staff',
    `<RequireAll>\nRequire valid-user\nRequire not user ${bob}\n</RequireAll>`,
    '<RequireAny>\nRequire method OPTIONS\nRequire valid-user\n</RequireAny>',
  ]
}

const extras = [
  'AuthFormFakeBasicAuth On',
  'AuthzSendForbiddenOnFailure On',
  'AuthFormSize 200',
  'AuthFormDisableNoStore On',
]

function loginVisit(making: Making, host: string): Visit {
  const { random } = making
  const visit = someVisit(making, { hosts: [host], targets })
  const isLogin = visit.path.startsWith('/login')
    ? random.chance(0.8)
    : visit.path.startsWith('/in') && random.chance(0.4)
  if (!isLogin || visit.path === '/login.html') return visit
  const login = someLogin(making)
  const fields: Visit['fields'] = [
    ...visit.fields.filter(([name]) => name !== 'Content-Type'),
    ['Content-Type', 'application/x-www-form-urlencoded'],
  ]
  return { ...visit, method: 'POST', fields, body: bodyOf(making, login), login }
}

function someLogin({ random, seed }: Making): Login {
  const user = random.pick([...usersOf(seed), `nobody-${seed}`])
  const isRight = random.chance(0.7)
  const location = random.maybe(0.3, () =>
    random.pick(['/next', '/in/next?a=1', 'http://evil.example/', '//evil.example/x', '']),
  )
  return { user, isRight: isRight && !user.startsWith('nobody'), location }
}

function bodyOf({ random }: Making, { user, isRight, location }: Login): string {
  const fields = new URLSearchParams({ httpd_username: user, httpd_password: isRight ? 'pw' : 'wrong' })
  if (location !== undefined) fields.set('httpd_location', location)
  if (random.chance(0.15)) {
    fields.set('httpd_mimetype', 'application/json')
    fields.set('httpd_body', '{"a":1}')
  }
  return fields.toString()
}
