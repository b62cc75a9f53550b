/**
 * A throw-away MariaDB.
 *
 * @module
 */
import type { DatabaseOptions } from './postgres.ts'
import { accountFor, findProgram } from './programs.ts'
import { freePort, Server } from './server.ts'
import { Workplace } from './workplace.ts'

/** Starts MariaDB with the superuser `root`, who needs no password. */
export async function startMariadb({ durable = false }: DatabaseOptions = {}): Promise<Server> {
  const place = new Workplace('mariadb', { account: accountFor('mysql') })
  // `--no-defaults` must come first.
  const common = [
    '--no-defaults',
    `--datadir=${place.file('data')}`,
    `--tmpdir=${place.path}`,
    '--innodb-log-file-size=8M',
  ]
  const install = ['--auth-root-authentication-method=normal', '--skip-test-db']
  await place.prepare(findProgram('mariadb-install-db'), ...common, ...install)
  const port = await freePort()
  const network = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${place.file('sock')}`,
    '--skip-name-resolve',
  ]
  const flush = durable ? 1 : 0
  return Server.start({
    url: `mysql://root@127.0.0.1:${port}/`,
    port,
    line: [
      findProgram('mariadbd'),
      ...common,
      ...network,
      '--skip-log-bin',
      `--innodb-flush-log-at-trx-commit=${flush}`,
      `--pid-file=${place.file('pid')}`,
    ],
    place,
    ready: /ready for connections/,
  })
}
