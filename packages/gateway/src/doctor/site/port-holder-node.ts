import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process that listens. */
export interface PortHolder {
  readonly pid: number
  readonly name: string
  /** The process that has started it. */
  readonly parent: number
}

/** The state of a socket that listens, in `/proc/net/tcp` (`TCP_LISTEN` of linux/include/net/tcp_states.h). */
const listening = '0A'

/** Who listens at a port; undefined where that cannot be seen: elsewhere than on Linux, and for processes of others. */
export function holderOf(port: number): PortHolder | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => socketsIn(path, port)))
  if (sockets.size === 0) return undefined
  for (const pid of listed('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const folder = `/proc/${pid}/fd`
    if (listed(folder).some((descriptor) => sockets.has(linkOf(`${folder}/${descriptor}`))))
      return described(Number(pid))
  }
  return undefined
}

/** Lines of `sl local_address rem_address st … inode`, numbers in hexadecimal. */
function socketsIn(path: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return text(path)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(wanted) && state === listening)
    .map((fields) => `socket:[${fields[9] ?? ''}]`)
}

function described(pid: number): PortHolder {
  return {
    pid,
    name: text(`/proc/${pid}/comm`).trim(),
    // `pid (name) state parent …`, and a name may hold anything.
    parent: Number(text(`/proc/${pid}/stat`).replace(/^.*\)/s, '').trim().split(' ')[1] ?? 0),
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
