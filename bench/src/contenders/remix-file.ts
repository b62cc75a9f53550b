import { createFsSessionStorage } from '@remix-run/session/fs-storage'
import type { Contender } from '../contract.ts'
import { temporaryDirectory } from '../temporary.ts'
import { remixPeer } from './remix.ts'

/** Remix's session in files. */
export const remixFile: Contender = remixPeer('@remix-run/session, fs', 'file', () => {
  const { directory, remove } = temporaryDirectory()
  return { storage: createFsSessionStorage(directory), remove }
})
