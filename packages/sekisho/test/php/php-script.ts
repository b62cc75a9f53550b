import { spawnSync } from 'node:child_process'
import { directives } from './counting.ts'

/**
 * Runs a few lines of PHP and gives back what they print.
 *
 * @param ini Directives beside those that a session without a cookie needs.
 * @param code Without `<?php`. `$id` is `id`.
 */
export function php(ini: Readonly<Record<string, string | number>>, id: string, code: string): string {
  const program = `$id = ${JSON.stringify(id)}; session_id($id); ${code}`
  const { status, stdout, stderr } = spawnSync(
    'php',
    [...directives(ini), '-d', 'display_errors=stderr', '-r', program],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0 || stderr !== '') throw new Error(`PHP ended with ${status}: ${stderr}`)
  return stdout
}
