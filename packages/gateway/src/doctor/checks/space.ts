import { readFileSync, type StatsFs, statfsSync } from 'node:fs'
import { defaultDirectory } from '../../session/state-node.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, quoted } from '../mend/shell.ts'
import { firstThere } from '../site/ground-node.ts'
import type { SitePatient } from '../site/patient.ts'
import type { DirectorySubject } from '../site/stores.ts'

/** Is there room for sessions? */
export const spaceCheck: Check<SitePatient> = {
  name: 'space',
  asks: 'Has the disk of the sessions room left, in octets and in files?',
  item: '7-3',
  needs: ['configuration'],
  looks: (patient) => patient.directories.map((about) => ({ about, run: () => look(about, patient) })),
}

/** Below so much no session can be counted on to be written: it may have a megabyte. */
const least = { octets: 1024 * 1024, files: 16 }
/** Below this share of the disk it is time to do something. */
const lowShare = 0.05

interface Room {
  readonly what: 'octets' | 'files'
  readonly free: number
  readonly all: number
}

function look({ directory }: DirectorySubject, site: SitePatient): Sight {
  const place = firstThere(directory)
  const status = statfsSync(place)
  const rooms = roomsOf(status)
  const findings = rooms.flatMap((room) => judged(room, { place, status, site }) ?? [])
  return { findings, details: rooms.map((room) => `${shown(room)} free for ${directory}`) }
}

/** Some file systems have as many files as they need, and say 0. */
function roomsOf({ bavail, blocks, bsize, ffree, files }: StatsFs): Room[] {
  const octets: Room = { what: 'octets', free: bavail * bsize, all: blocks * bsize }
  return files === 0 ? [octets] : [octets, { what: 'files', free: ffree, all: files }]
}

interface Disk {
  readonly place: string
  readonly status: StatsFs
  readonly site: SitePatient
}

function judged(room: Room, disk: Disk): Advice | undefined {
  const { place } = disk
  if (room.free < least[room.what]) {
    const message = `No space left on device: ${place} has ${shown(room)} left, and no session can be written`
    return advice('error', 'disk-full', message, remedy(room, disk))
  }
  if (room.free >= room.all * lowShare) return undefined
  const message = `The disk of ${place} is nearly full: ${shown(room)} of ${shown({ ...room, free: room.all })} left`
  return advice('warning', 'disk-low', message, remedy(room, disk))
}

const tmpfs = 0x01021994

/** A file system in memory is enlarged; elsewhere sessions that are over make room, and what else does only its owner can say. */
function remedy(room: Room, { place, status, site }: Disk): Pick<Advice, 'fix' | 'command'> {
  if (status.type >>> 0 === tmpfs) {
    const mount = mountPoint(place)
    const size = room.what === 'octets' ? `size=${Math.ceil((room.all * 2) / 1024)}k` : `nr_inodes=${room.all * 2}`
    return {
      fix: `${mount} is a file system in memory: make it larger, in /etc/fstab too, or keep sessions elsewhere`,
      command: asRoot(`mount -o remount,${size} ${quoted(mount)}`),
    }
  }
  return {
    fix: `make room: df -h shows how full disks are, and du -xh ${quoted(mountPoint(place))} | sort -h | tail what fills this one`,
    command: `sekisho gc ${quoted(site.file)}${stateWords(site)}`,
  }
}

/** A state directory that is not that of the system has to be named. */
function stateWords({ stateDirectory }: SitePatient): string {
  return stateDirectory === defaultDirectory(process.env) ? '' : ` --state ${quoted(stateDirectory)}`
}

/** Where the file system of a path begins, from the longest of the mount points above it. */
function mountPoint(path: string): string {
  try {
    const points = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1]?.replaceAll(String.raw`\040`, ' ') ?? '')
    const above = points.filter((point) => point === path || path.startsWith(point.endsWith('/') ? point : `${point}/`))
    return above.toSorted((one, other) => other.length - one.length)[0] ?? path
  } catch {
    // Only Linux says so.
    return path
  }
}

function shown({ what, free }: Room): string {
  if (what === 'files') return `${free.toLocaleString('en-US')} files`
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = free < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(free) / 10))
  return `${(free / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
