import { join } from 'node:path'
import { FileStore } from 'sekisho/store/file'
import type { Contender } from '../contract.ts'
import { temporaryDirectory } from '../temporary.ts'
import { storedOverFetch, storedOverNode } from './sekisho-stored.ts'

/** Ours, with the store in files. */
export const sekishoFile: Contender = {
  name: 'sekisho, FileStore',
  family: 'file',
  role: 'ours',
  server: 'node',
  fetch() {
    const { store, remove } = files()
    return storedOverFetch(store, remove)
  },
  node() {
    const { store, remove } = files()
    return storedOverNode(store, remove)
  },
}

function files(): { store: FileStore; remove(): void } {
  const { directory, remove } = temporaryDirectory()
  return { store: new FileStore({ directory: join(directory, 'sessions') }), remove }
}
