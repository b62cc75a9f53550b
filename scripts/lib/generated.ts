/**
 * Files that are made from the sources and kept in the repository.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { find, repo } from './repo.ts'

/** Text by file, relative to the top folder. */
export type Files = ReadonlyMap<string, string>

/** Compares what a folder holds with what it should hold. @returns One entry per file, with the first line that differs. */
export function differences(folder: string, wanted: Files, root: string = repo): string[] {
  const surplus = find([`${folder}/*`], root).filter((file) => !wanted.has(file))
  return [
    ...surplus.map((file) => `${file}: nothing in the sources stands behind it`),
    ...[...wanted].flatMap(([file, text]) => difference(file, text, root)),
  ]
}

function difference(file: string, wanted: string, root: string): string[] {
  if (!existsSync(join(root, file))) return [`${file}: is missing`]
  const present = readFileSync(join(root, file), 'utf8')
  if (present === wanted) return []
  const [now, then] = [present.split('\n'), wanted.split('\n')]
  const at = then.findIndex((line, index) => line !== now[index])
  const line = at < 0 ? then.length : at
  return [`${file}:${line + 1}: differs\n- ${now[line] ?? '(end of file)'}\n+ ${then[line] ?? '(end of file)'}`]
}

/** Makes a folder hold these files and nothing else. */
export function write(folder: string, wanted: Files, root: string = repo): void {
  mkdirSync(join(root, folder), { recursive: true })
  for (const file of find([`${folder}/*`], root)) if (!wanted.has(file)) rmSync(join(root, file))
  for (const [file, text] of wanted) writeFileSync(join(root, file), text)
}
