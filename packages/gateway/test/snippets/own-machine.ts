/**
 * Imported before anything else by tests of configurations that name places of a whole machine. Runs the test anew in a mount
 * namespace of its own, where `/etc/apache2` and `/var/lib/apache2` are empty, small, and seen by nobody else. Where that is not
 * permitted the places are those of the machine: they are made only where there is nothing, and removed.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'

const mark = 'SEKISHO_TEST_OWN_MACHINE'

/** A place that is not there hides nothing, and is made like any other. */
const script = `for place in /etc/apache2 /var/lib/apache2; do
  if [ -d "$place" ]; then mount -t tmpfs -o mode=755,size=1m tmpfs "$place" || exit 1; fi
done
exec "$@"`

/** Whether the test has the places for itself. */
export const hasOwnMachine: boolean = process.env[mark] !== undefined

if (!hasOwnMachine) enterOwnMachine()

function enterOwnMachine(): void {
  const rights = process.geteuid?.() === 0 ? [] : ['--map-root-user']
  const front = ['unshare', '--mount', ...rights, 'sh', '-c', script, 'sh']
  const isPermitted = spawnSync('env', [...front, 'true']).status === 0
  if (!isPermitted || process.execve === undefined) return
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve('/usr/bin/env', ['env', ...front, ...again], { ...process.env, [mark]: '1' })
}
