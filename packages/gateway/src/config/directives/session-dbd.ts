import { anywhere } from '../contexts.ts'
import { type Directive, type DirectiveSpec, type ModuleTable, optional, single } from '../directive.ts'
import { cookie, flag, type NamedCookie, text } from '../readers.ts'
import { type Statement, statement, type StatementOrders } from '../statements.ts'

const contexts = anywhere('AuthConfig')

export const SessionDBDCookieName: Directive<NamedCookie | undefined> = optional({
  name: 'SessionDBDCookieName',
  contexts,
  takes: 'RAW_ARGS',
  syntax: 'name attributes',
  read: dbdCookie('SessionDBDCookieName'),
  help: 'The name and the attributes of the cookie that carries the id of a session.',
})

export const SessionDBDCookieName2: Directive<NamedCookie | undefined> = optional({
  name: 'SessionDBDCookieName2',
  contexts,
  takes: 'RAW_ARGS',
  syntax: 'name attributes',
  read: dbdCookie('SessionDBDCookieName2'),
  help: 'Like SessionDBDCookieName, for cookies of RFC 2965, which no browser sends any more.',
})

export const SessionDBDCookieRemove: Directive<boolean> = single({
  name: 'SessionDBDCookieRemove',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: true,
  help: 'Removes the cookie with the session id from what the app receives.',
})

export const SessionDBDPerUser: Directive<boolean> = single({
  name: 'SessionDBDPerUser',
  contexts,
  takes: 'FLAG',
  syntax: 'On|Off',
  read: flag,
  initial: false,
  help: 'Keeps one session per user instead of one per cookie.',
})

export const SessionDBDSelectLabel: Directive<string> = label('Select', 'selectsession')
export const SessionDBDInsertLabel: Directive<string> = label('Insert', 'insertsession')
export const SessionDBDUpdateLabel: Directive<string> = label('Update', 'updatesession')
export const SessionDBDDeleteLabel: Directive<string> = label('Delete', 'deletesession')

export const SessionDBDInsertSQL: Directive<Statement | undefined> = sql('Insert', 'adds a session', {
  plain: ['id', 'data'],
  apache: [['data', 'expiry', 'id']],
  needed: ['id', 'data'],
})
export const SessionDBDSelectSQL: Directive<Statement | undefined> = sql('Select', 'reads the data of a session', {
  plain: ['id'],
  apache: [['id', 'now']],
  needed: ['id'],
})
export const SessionDBDUpdateSQL: Directive<Statement | undefined> = sql('Update', 'changes the data of a session', {
  plain: ['data', 'id'],
  apache: [
    ['data', 'expiry', 'newid', 'id'],
    ['data', 'expiry', 'id'],
  ],
  needed: ['id', 'data'],
})
export const SessionDBDDeleteSQL: Directive<Statement | undefined> = sql('Delete', 'removes a session', {
  plain: ['id'],
  apache: [],
  needed: ['id'],
})
export const SessionDBDCleanSQL: Directive<Statement | undefined> = sql(
  'Clean',
  'removes all sessions that have expired',
  {
    plain: [],
    apache: [['now']],
    needed: ['now'],
  },
)

/** The message about a missing name differs from that about a bad one. */
function dbdCookie(name: string): DirectiveSpec<NamedCookie>['read'] {
  const read = cookie(/[=;&]/, `${name} cannot contain '=', ';' or '&'.`)
  return (use) => {
    if (use.raw !== '') return read(use)
    return use.fail({
      code: 'wrong-arguments',
      message: `${name} requires at least one argument!`,
      expected: `${name} name attributes`,
      found: 'nothing',
    })
  }
}

function label(verb: string, initial: string): Directive<string> {
  const help = `The label of the prepared statement (DBDPrepareSQL) for ${verb.toLowerCase()}.`
  return single({
    name: `SessionDBD${verb}Label`,
    contexts,
    takes: 'TAKE1',
    syntax: 'label',
    read: text,
    initial,
    help,
  })
}

function sql(verb: string, does: string, orders: StatementOrders): Directive<Statement | undefined> {
  const name = `SessionDBD${verb}SQL`
  const parameters = [orders.plain, ...orders.apache].filter((order) => order.length > 0)
  return optional({
    name,
    contexts,
    takes: 'TAKE1',
    syntax: '"SQL"',
    read: statement(name, orders),
    help: `The statement that ${does}.`,
    notes: `Parameters: ${parameters.map((order) => `(${order.join(', ')})`).join(' or ')}, as %s and %lld in this order, or by name as %{id}. They are bound, never written into the text.`,
    origin: verb === 'Delete' || verb === 'Clean' ? 'sekisho' : 'document',
  })
}

export const sessionDbdModule: ModuleTable = {
  file: 'mod_session_dbd.c',
  id: 'session_dbd_module',
  help: 'Sessions in a database.',
  directives: [
    SessionDBDCookieName,
    SessionDBDCookieName2,
    SessionDBDCookieRemove,
    SessionDBDPerUser,
    SessionDBDSelectLabel,
    SessionDBDInsertLabel,
    SessionDBDUpdateLabel,
    SessionDBDDeleteLabel,
    SessionDBDInsertSQL,
    SessionDBDSelectSQL,
    SessionDBDUpdateSQL,
    SessionDBDDeleteSQL,
    SessionDBDCleanSQL,
  ],
}
