import type { TextKey } from './texts.ts'

/** Where one signs in and out: in the shop itself, or at the gateway in front of it. */
export interface Door {
  readonly login: LoginFields
  /** Where the form to sign out goes to. */
  readonly logout: string
  /** A page for whoever is signed in. */
  readonly account: { readonly href: string; readonly label: TextKey }
}

/** The form to sign in. */
export interface LoginFields {
  /** Where it goes to. @param next Where the visitor wants to go. */
  action(next: string): string
  /** The names of its fields. */
  readonly user: string
  readonly password: string
  readonly next: string
  /** Whether the demonstration's passwords are those of `users.ts`; otherwise `npm start` has printed them. */
  readonly hasKnownPasswords: boolean
}

/** The shop's own. */
export const ownDoor: Door = {
  login: { action: () => '/login', user: 'user', password: 'password', next: 'return', hasKnownPasswords: true },
  logout: '/logout',
  account: { href: '/sessions', label: 'sessionsShort' },
}

/** The gateway's, as `examples/site/site.conf` sets it up: the fields are mod_auth_form's, and the other app is behind it too. */
export const gatewayDoor: Door = {
  login: {
    action: (next) => `/signin?return=${encodeURIComponent(next)}`,
    user: 'httpd_username',
    password: 'httpd_password',
    next: 'httpd_location',
    hasKnownPasswords: false,
  },
  logout: '/signout',
  account: { href: '/gatehouse/', label: 'gatehouse' },
}
