// Runs one of the project's TypeScript files from source. Plain JavaScript on purpose: a fresh machine has Node 20, which cannot
// strip types, so this file finds the Node 24 that `npm ci` brought (devDependency `node`) and hands over to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const WANTED = 24
const root = fileURLToPath(new URL('..', import.meta.url))
const [file, ...args] = process.argv.slice(2)

function nodeThatStripsTypes() {
  if (Number(process.versions.node.split('.')[0]) >= WANTED) return process.execPath
  const installed = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  return existsSync(installed) ? installed : undefined
}

const node = nodeThatStripsTypes()
if (node === undefined) {
  console.error(`Sekisho's scripts need Node ${WANTED} or newer; this is ${process.version}, and the one that npm installs is missing.
Mend it with one of:
  npm ci                  when node_modules is missing or old
  npm rebuild node        when npm was told to skip install scripts (--ignore-scripts)`)
  process.exit(1)
}
const child = spawn(node, ['--conditions=source', file, ...args], { stdio: 'inherit', cwd: root })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)))
