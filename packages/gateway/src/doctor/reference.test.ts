import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { moduleChecks } from './library/checks.ts'
import { siteChecks } from './site-checks.ts'
import { doctorTable } from './finding.ts'
import { doctorReference } from './reference.ts'

describe('the reference of the checks', () => {
  it('is made from the lists that the command works through', () => {
    const text = doctorReference()
    for (const { name, asks } of [...siteChecks, ...moduleChecks])
      assert.ok(text.includes(`| \`${name}\` | ${asks} |`), name)
  })

  it('lists each check once, and behind all that it needs', () => {
    for (const checks of [siteChecks, moduleChecks]) {
      const names = checks.map(({ name }) => name)
      assert.equal(new Set(names).size, names.length)
      for (const [at, { name, needs }] of checks.entries())
        for (const need of needs) assert.ok(names.slice(0, at).includes(need), `${name} needs ${need}`)
    }
  })

  it('knows every code that a check uses, and none that none does', () => {
    const folders = ['checks', 'library', 'site', 'mend'].map((folder) => new URL(`${folder}/`, import.meta.url))
    const sources = folders.flatMap((folder) =>
      readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8')),
    )
    const all = [...sources, readFileSync(new URL('examine.ts', import.meta.url), 'utf8')].join('\n')
    for (const code of Object.keys(doctorTable)) assert.ok(all.includes(`'${code}'`), code)
  })
})
