import { spawnSync } from 'node:child_process'
import { isStartedByRoot } from './started-as-node.ts'
import { CommandError, exitCodes } from '../../command/terminal/command-error.ts'

/**
 * Goes on as another user, with that user's groups, for as long as this process lives: what may be read and written from here on is
 * what that user may read and write. Only root can.
 *
 * @param user A name, or a number.
 * @throws CommandError for a user that is not there, or when this process may not.
 */
export function becomeUser(user: string): void {
  const ids = idsOf(user)
  if (ids === undefined) throw unknownUser(user)
  if (ids.uid === process.getuid?.()) return
  if (!isStartedByRoot) throw notPermitted(user)
  try {
    process.setgroups?.(ids.groups)
    process.setgid?.(ids.gid)
    process.setuid?.(ids.uid)
  } catch (cause) {
    throw notPermitted(user, cause)
  }
}

interface Ids {
  readonly uid: number
  readonly gid: number
  readonly groups: number[]
}

/** A number needs no name: containers often know none. */
function idsOf(user: string): Ids | undefined {
  const [uid] = numbers('-u', user)
  const [gid] = numbers('-g', user)
  if (uid !== undefined && gid !== undefined) return { uid, gid, groups: numbers('-G', user) }
  const bare = /^\d{1,9}$/.test(user) ? Number(user) : undefined
  return bare === undefined ? undefined : { uid: bare, gid: bare, groups: [bare] }
}

function numbers(option: string, user: string): number[] {
  const { status, stdout } = spawnSync('id', [option, '--', user], { encoding: 'utf8' })
  return status === 0 ? stdout.trim().split(' ').map(Number) : []
}

function unknownUser(user: string): CommandError {
  return new CommandError(
    {
      code: 'unknown-user',
      what: `There is no user ${user}`,
      why: 'the system does not know the name',
      fix: 'name the user that the gateway runs as, such as User= of its systemd unit',
    },
    { exitCode: exitCodes.usage },
  )
}

function notPermitted(user: string, cause?: unknown): CommandError {
  return new CommandError(
    {
      code: 'permission-denied',
      what: `The site cannot be looked at as ${user}`,
      why: 'Permission denied: only root can act as another user',
      fix: 'run it with sudo, or as that user',
    },
    { cause },
  )
}
