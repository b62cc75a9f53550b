import assert from 'node:assert/strict'
import { it } from 'node:test'
import { modules } from './modules.ts'
import { directiveReference } from './reference.ts'

it('names every directive once, with default, place and meaning', () => {
  const rows = directiveReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  for (const { name } of modules.flatMap(({ directives }) => directives))
    assert.equal(rows.filter((row) => row.startsWith(`| \`${name} `)).length, 1, name)
  const timeout = rows.find((row) => row.startsWith('| `SessionTimeout'))
  assert.equal(
    timeout,
    '| `SessionTimeout seconds` | – | server config, virtual host, directory, .htaccess (AuthConfig) | How long a session lives without a request; afterwards it is removed from the server. Every request starts the time anew. With SessionMaxAge too, the smaller one governs. The real server does not have it. |',
  )
})

it('has as many cells in each row of a table as in its head', () => {
  for (const block of directiveReference()
    .trimEnd()
    .split('\n\n')
    .filter((text) => text.startsWith('| '))) {
    const widths = block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)
    assert.equal(new Set(widths).size, 1, block.slice(0, 200))
  }
})
