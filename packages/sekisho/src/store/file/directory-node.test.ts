import assert from 'node:assert/strict'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { SekishoError } from '../../errors.ts'
import { FileStore } from '../file-node.ts'
import { newDirectory } from './children.worker.ts'
import { nodeFileSystem, type FileSystem } from './fs-node.ts'

const nobody = 65534
const service = 12345
/** Owners can be changed, and users become others, only by root. */
const rootOnly = process.getuid?.() === 0 ? {} : { skip: 'needs root, to give directories to other users' }

test('creates the directory for its own user alone', async (t) => {
  const directory = join(newDirectory(t), 'store')
  await new FileStore({ directory }).ready()
  assert.equal(lstatSync(directory).mode & 0o777, 0o700)
})

test('creates missing parents for its own user alone, and leaves those that exist', async (t) => {
  const existing = withMode(t, 0o711)
  const directory = join(existing, 'not there', 'nor there', 'store')
  await new FileStore({ directory }).ready()
  assert.equal(lstatSync(existing).mode & 0o777, 0o711)
  for (const made of [directory, join(directory, '..'), join(directory, '..', '..')]) {
    assert.equal(lstatSync(made).mode & 0o777, 0o700)
  }
})

test('creates missing parents beside another process that creates them too', async (t) => {
  const directory = join(newDirectory(t), 'parent', 'store')
  const fs = whoever(() => mkdirSync(join(directory, '..'), 0o700))
  await new FileStore({ directory }, { fs }).ready()
  assert.equal(lstatSync(directory).mode & 0o777, 0o700)
})

test('refuses a symbolic link that comes into the place of a missing parent', async (t) => {
  const elsewhere = newDirectory(t)
  const parent = join(newDirectory(t), 'parent')
  const fs = whoever(() => symlinkSync(elsewhere, parent))
  const store = new FileStore({ directory: join(parent, 'store') }, { fs })
  const message = `${parent} is a symbolic link, which is never followed; mend it with: rm ${parent}`
  await assert.rejects(store.ready(), (error: SekishoError) => {
    assert.equal(error.code, 'ERR_STORE_SETUP')
    assert.ok(error.message.startsWith(message), error.message)
    return true
  })
  assert.deepEqual(readdirSync(elsewhere), [])
})

test("refuses another user's directory that comes into the place of a missing parent", rootOnly, async (t) => {
  const parent = join(newDirectory(t), 'parent')
  const fs = whoever(() => {
    mkdirSync(parent, 0o777)
    chownSync(parent, nobody, nobody)
  })
  const store = new FileStore({ directory: join(parent, 'store') }, { fs })
  await assert.rejects(store.ready(), { code: 'ERR_STORE_SETUP' })
  assert.deepEqual(readdirSync(parent), [])
})

test('says how to create a directory whose parents it may not create', rootOnly, async (t) => {
  const directory = join(withMode(t, 0o755), 'parent', 'store')
  await asService(() => refuses(directory, `install -d -m 0700 -o ${nobody} -g ${service} ${directory}`))
})

test('accepts its own directory, closed to others', async (t) => {
  await new FileStore({ directory: withMode(t, 0o700) }).ready()
  await new FileStore({ directory: withMode(t, 0o750) }).ready()
  await new FileStore({ directory: withMode(t, 0o770) }).ready()
})

test('refuses its own directory while others may look into it', async (t) => {
  const [readable, passable] = [withMode(t, 0o755), withMode(t, 0o701)]
  await refuses(readable, `chmod 700 ${readable}`)
  await refuses(passable, `chmod 700 ${passable}`)
})

test('refuses its own directory while it cannot use it', async (t) => {
  const directory = withMode(t, 0o500)
  await refuses(directory, `chmod 700 ${directory}`)
})

test('refuses its own directory while a foreign group may write to it', rootOnly, async (t) => {
  const directory = withMode(t, 0o770)
  chownSync(directory, 0, service)
  await refuses(directory, `chmod 700 ${directory}`)
})

test('refuses the directory of another user', rootOnly, async (t) => {
  const directory = withMode(t, 0o700)
  chownSync(directory, nobody, nobody)
  await refuses(directory, `chown -R 0:0 ${directory}`)
})

test('accepts a directory of root in which its group may create', rootOnly, async (t) => {
  const [open, sticky] = [withMode(t, 0o2770), withMode(t, 0o1730)]
  chownSync(open, 0, service)
  chmodSync(open, 0o2770)
  chownSync(sticky, 0, service)
  chmodSync(sticky, 0o1730)
  await asService(() => new FileStore({ directory: open }).ready())
  await asService(() => new FileStore({ directory: sticky }).ready())
  const part = lstatSync(join(open, 'sessions'))
  assert.deepEqual([part.uid, part.mode & 0o777], [nobody, 0o700])
})

test('refuses a directory of root in which its group may not create', rootOnly, async (t) => {
  const directory = withMode(t, 0o750)
  chownSync(directory, 0, service)
  await asService(() => refuses(directory, `chmod g+wx ${directory}`))
})

test('refuses a directory of root that others may enter', rootOnly, async (t) => {
  const directory = withMode(t, 0o2771)
  chownSync(directory, 0, service)
  chmodSync(directory, 0o2771)
  await asService(() => refuses(directory, `chmod o= ${directory}`))
})

test('refuses a directory of root with a group that is not its own', rootOnly, async (t) => {
  const directory = withMode(t, 0o770)
  await asService(() => refuses(directory, `install -d -m 0700 -o ${nobody} -g ${service} ${directory}`))
})

test('says how to create a directory where it may not', rootOnly, async (t) => {
  const parent = withMode(t, 0o755)
  const directory = join(parent, 'store')
  await asService(() => refuses(directory, `install -d -m 0700 -o ${nobody} -g ${service} ${directory}`))
})

test('refuses a part of the store that belongs to another user', rootOnly, async (t) => {
  const directory = withMode(t, 0o700)
  mkdirSync(join(directory, 'sessions'), 0o700)
  chownSync(join(directory, 'sessions'), nobody, nobody)
  await refuses(directory, `chown -R 0 ${join(directory, 'sessions')}`)
})

test('refuses a part of the store that others may look into', async (t) => {
  const directory = withMode(t, 0o700)
  mkdirSync(join(directory, 'locks'))
  chmodSync(join(directory, 'locks'), 0o755)
  await refuses(directory, `chmod 700 ${join(directory, 'locks')}`)
})

test('refuses a symbolic link and a file in the place of the directory', async (t) => {
  const directory = newDirectory(t)
  symlinkSync(directory, join(directory, 'link'))
  writeFileSync(join(directory, 'file'), '')
  await refuses(join(directory, 'link'), 'or name the directory itself')
  await refuses(join(directory, 'file'), 'or name the directory itself')
})

test('refuses a network file system unless it was told to accept it', async (t) => {
  for (const type of [0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x0bd00bd0]) {
    const fs = { ...nodeFileSystem, statfs: () => ({ type }) }
    const directory = newDirectory(t)
    await assert.rejects(new FileStore({ directory }, { fs }).ready(), { code: 'ERR_STORE_SETUP' })
    await new FileStore({ directory, allowNetworkFileSystem: true }, { fs }).ready()
  }
})

test('accepts the usual local file systems', async (t) => {
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1]) {
    const fs = { ...nodeFileSystem, statfs: () => ({ type }) }
    await new FileStore({ directory: newDirectory(t) }, { fs }).ready()
  }
})

test('finds out again at the next use, when the directory was mended', async (t) => {
  const directory = withMode(t, 0o755)
  const store = new FileStore({ directory })
  await assert.rejects(store.ready(), { code: 'ERR_STORE_SETUP' })
  chmodSync(directory, 0o700)
  await store.ready()
})

/** @returns A directory that a test may do with as it likes, in a parent which everybody may enter. */
function withMode(t: TestContext, mode: number): string {
  const parent = newDirectory(t)
  chmodSync(parent, 0o711)
  const directory = join(parent, 'given')
  mkdirSync(directory)
  chmodSync(directory, mode)
  return directory
}

/** A file system on which somebody is faster with the first directory. */
function whoever(isFaster: () => void): FileSystem {
  let isFirst = true
  return {
    ...nodeFileSystem,
    mkdir(path, mode) {
      if (isFirst) isFaster()
      isFirst = false
      nodeFileSystem.mkdir(path, mode)
    },
  }
}

async function refuses(directory: string, mend: string): Promise<void> {
  await assert.rejects(new FileStore({ directory }).ready(), (error: SekishoError) => {
    assert.equal(error.code, 'ERR_STORE_SETUP')
    assert.ok(error.message.endsWith(mend), error.message)
    assert.ok(error.message.startsWith(directory), error.message)
    return true
  })
}

/** Runs what `act` does at once, before its first wait, as user nobody in the group of the service. */
async function asService(act: () => Promise<void>): Promise<void> {
  const groups = process.getgroups?.() ?? []
  process.setgroups?.([])
  process.setegid?.(service)
  process.seteuid?.(nobody)
  let acted: Promise<void>
  try {
    acted = act()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
    process.setgroups?.(groups)
  }
  await acted
}
