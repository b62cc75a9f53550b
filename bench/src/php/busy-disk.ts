import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** 4 kB at a time; on the fastest of disks, more than a measurement takes. */
const mostWrites = 1_000_000

/** Another program that writes to the same disk and waits for it each time, as a database beside a site does. */
export function busyDisk(directory: string): Disposable {
  const words = ['if=/dev/zero', `of=${join(directory, 'busy')}`, 'bs=4k', `count=${mostWrites}`, 'oflag=dsync']
  const writer = spawn('dd', words, { stdio: 'ignore' })
  return { [Symbol.dispose]: () => void writer.kill('SIGKILL') }
}
