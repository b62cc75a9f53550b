import { type Authorization, requirement } from '../authorization.ts'
import { sections } from '../contexts.ts'
import { type Directive, type DirectiveSpec, finish, type ModuleTable, optional, pushed, single } from '../directive.ts'
import { flag, oneOf, path } from '../readers.ts'
import type { Place } from '../source.ts'

const contexts = sections('AuthConfig')

export const AuthMerging: Directive<'Off' | 'And' | 'Or'> = single<'Off' | 'And' | 'Or'>({
  name: 'AuthMerging',
  contexts,
  takes: 'TAKE1',
  syntax: 'Off|And|Or',
  read: oneOf(['Off', 'And', 'Or'], { message: 'AuthMerging must be one of: Off | And | Or' }),
  initial: 'Off',
  help: 'How the requirements of a section are combined with those it is matched after.',
})

export const AuthzSendForbiddenOnFailure: Directive<boolean> = single({
  name: 'AuthzSendForbiddenOnFailure',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Whether who is logged in and not allowed gets 403 rather than another chance to log in.',
})

const nowhere: Place = { file: '', line: 1, column: 1 }

const requireSpec: DirectiveSpec<Authorization> = {
  name: 'Require',
  contexts,
  takes: 'RAW_ARGS',
  syntax: '[not] provider [argument …]',
  read(use) {
    const not = use.words[0]?.text.toLowerCase() === 'not'
    const found = requirement(use, not ? use.words.slice(1) : use.words)
    return found === undefined ? undefined : { kind: 'require', not, requirement: found, place: use.place }
  },
  help: 'Who may come in.',
  notes:
    'Providers: all granted, all denied, valid-user, user, group, env, method, ip, host, forward-dns, local, expr. Several lines are alternatives, as in <RequireAny>.',
}

/** A section's requirements replace those it is matched after, unless its AuthMerging says And or Or. */
export const Require: Directive<readonly Authorization[]> = finish<Authorization, readonly Authorization[]>(
  requireSpec,
  {
    initial: [],
    merging: 'replaces (see AuthMerging)',
    add: (line, before) => pushed(before, line),
    merge(parent, child, section) {
      const merging = section.get(AuthMerging)
      if (merging === 'Off' || parent.length === 0) return child
      const children = [parent, child].map((list): Authorization => ({
        kind: 'any',
        children: list,
        place: list[0]?.place ?? nowhere,
      }))
      return [{ kind: merging === 'And' ? 'all' : 'any', children, place: child[0]?.place ?? nowhere }]
    },
  },
)

export const AuthGroupFile: Directive<string | undefined> = optional({
  name: 'AuthGroupFile',
  contexts,
  takes: 'TAKE1',
  syntax: 'path',
  read: path,
  help: 'The file of groups and their users.',
})

export const authzCoreModule: ModuleTable = {
  file: 'mod_authz_core.c',
  id: 'authz_core_module',
  help: 'Who may come in.',
  directives: [Require, AuthMerging, AuthzSendForbiddenOnFailure],
}

export const authzGroupfileModule: ModuleTable = {
  file: 'mod_authz_groupfile.c',
  id: 'authz_groupfile_module',
  help: 'Groups of users from a file.',
  directives: [AuthGroupFile],
}
