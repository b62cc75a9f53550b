import { sections } from '../contexts.ts'
import { type Directive, listed, type ModuleTable, optional, single } from '../directive.ts'
import type { TextNode } from '../expression/ast.ts'
import { flag, text, textExpression, wholeNumber } from '../readers.ts'
import { providers } from './auth-basic.ts'

const contexts = sections('AuthConfig')

export const AuthFormProvider: Directive<readonly string[]> = listed({
  name: 'AuthFormProvider',
  contexts,
  takes: 'ITERATE',
  syntax: 'provider …',
  read: providers,
  initial: ['file'],
  help: 'Where users are looked up.',
})

export const AuthFormUsername: Directive<string> = field('Username', 'user name')
export const AuthFormPassword: Directive<string> = field('Password', 'password')
export const AuthFormLocation: Directive<string> = field(
  'Location',
  'page to go to after the login; only paths of this site are followed',
)
export const AuthFormMethod: Directive<string> = field('Method', 'method of the request to make after the login')
export const AuthFormMimetype: Directive<string> = field(
  'Mimetype',
  'type of the body of the request to make after the login',
)
export const AuthFormBody: Directive<string> = field('Body', 'body of the request to make after the login')

export const AuthFormSize: Directive<number> = single({
  name: 'AuthFormSize',
  contexts: sections(),
  takes: 'TAKE1',
  syntax: 'bytes',
  read: wholeNumber({ unit: 'bytes' }),
  initial: 8192,
  help: 'The largest login form that is read.',
})

export const AuthFormLoginRequiredLocation: Directive<TextNode | undefined> = location(
  'LoginRequired',
  'the page to go to when somebody must log in',
)
export const AuthFormLoginSuccessLocation: Directive<TextNode | undefined> = location(
  'LoginSuccess',
  'the page to go to after a login',
)
export const AuthFormLogoutLocation: Directive<TextNode | undefined> = location(
  'Logout',
  'the page to go to after a logout',
)

export const AuthFormSitePassphrase: Directive<string | undefined> = optional({
  name: 'AuthFormSitePassphrase',
  contexts,
  takes: 'TAKE1',
  syntax: 'secret',
  read: text,
  help: 'Binds a login to this site.',
  notes:
    'The session never holds a password here, so the user is not checked again on every request in any case; the passphrase binds the login to this site.',
})

export const AuthFormAuthoritative: Directive<boolean> = onOff(
  'AuthFormAuthoritative',
  true,
  'Whether a user that is found nowhere is refused.',
)
export const AuthFormFakeBasicAuth: Directive<boolean> = onOff(
  'AuthFormFakeBasicAuth',
  false,
  'Tells the app behind who is logged in, by a Basic header without the password.',
)
export const AuthFormDisableNoStore: Directive<boolean> = onOff(
  'AuthFormDisableNoStore',
  false,
  'Lets browsers keep the login page.',
)

export const AuthFormLogoutByLink: Directive<boolean | undefined> = optional({
  name: 'AuthFormLogoutByLink',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  help: 'Whether following a link to the logout is enough.',
  notes:
    'When Off, a GET shows a page with one button, because a picture on any site can be such a link. Not set: On with ' +
    'SessionCompat apache, as in the real server, otherwise Off.',
  origin: 'sekisho',
})

function field(what: string, holds: string): Directive<string> {
  const name = `AuthForm${what}`
  return single({
    name,
    contexts,
    takes: 'TAKE1',
    syntax: 'field',
    read(use) {
      const [word] = use.words
      const value = word?.text ?? ''
      if (value !== '' && !/[=&]/.test(value)) return value
      const message = `${name} cannot be empty, or contain '=' or '&'.`
      return use.fail({ code: 'bad-value', message, expected: 'the name of a form field', found: value }, word)
    },
    initial: `httpd_${what.toLowerCase()}`,
    help: `The field of the login form that holds the ${holds}.`,
  })
}

function location(what: string, help: string): Directive<TextNode | undefined> {
  const syntax = 'location'
  return optional({
    name: `AuthForm${what}Location`,
    contexts,
    takes: 'TAKE1',
    syntax,
    read: textExpression,
    help: `${help[0]?.toUpperCase()}${help.slice(1)}; may hold %{VARIABLES}.`,
  })
}

function onOff(name: string, initial: boolean, help: string): Directive<boolean> {
  return single({ name, contexts, takes: 'FLAG', syntax: 'On|Off', read: flag, initial, help })
}

export const authFormModule: ModuleTable = {
  file: 'mod_auth_form.c',
  id: 'auth_form_module',
  help: 'Login by a form.',
  directives: [
    AuthFormProvider,
    AuthFormUsername,
    AuthFormPassword,
    AuthFormLocation,
    AuthFormMethod,
    AuthFormMimetype,
    AuthFormBody,
    AuthFormSize,
    AuthFormLoginRequiredLocation,
    AuthFormLoginSuccessLocation,
    AuthFormLogoutLocation,
    AuthFormSitePassphrase,
    AuthFormAuthoritative,
    AuthFormFakeBasicAuth,
    AuthFormDisableNoStore,
    AuthFormLogoutByLink,
  ],
}
