import { readFileSync, statfsSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'

/** What the results depend on, in lines of Markdown. */
export function machineLines(folder: string, command: string): string[] {
  const [cpu] = os.cpus()
  return [
    `- command: \`${command}\``,
    `- machine: ${os.availableParallelism()} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.arch()}`,
    `- kernel: ${os.type()} ${os.release()}; temporary files on ${fileSystem(os.tmpdir())}`,
    `- Node ${process.versions.node}, V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl}`,
    `- packages: ${versions(folder).join(', ')}`,
  ]
}

/** The load of the machine, for the beginning and the end. */
export function loadLine(when: string): string {
  const loads = os.loadavg().map((load) => load.toFixed(2))
  return `- load ${when} (1, 5, 15 minutes): ${loads.join(', ')}`
}

/** A short name of the machine for a file. */
export function machineName(): string {
  const model = os.cpus()[0]?.model ?? ''
  const slug = model.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return [os.platform(), os.arch(), `${os.availableParallelism()}cpu`, ...slug.slice(0, 2)].join('-')
}

/** Where the files of the file contenders are decides much of what they cost. */
function fileSystem(path: string): string {
  const { type } = statfsSync(path)
  const names: Readonly<Record<number, string>> = {
    0xef53: 'ext4',
    0x01021994: 'tmpfs',
    0x58465342: 'XFS',
    0x794c7630: 'overlayfs',
  }
  return names[type] ?? `a file system of type 0x${type.toString(16)}`
}

function versions(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  return Object.entries(manifest.dependencies)
    .filter(([name]) => !name.startsWith('@types/'))
    .map(([name, version]) => `${name} ${version}`)
}
