import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../src/config/load-node.ts'
import { errorsOf, warningsOf } from '../configs.ts'
import { listingFile, type ListingKind, listings } from './article.ts'

const numbered = (kind: ListingKind) => listings.filter((listing) => listing.kind === kind).map(({ number }) => number)

const configurations = [6, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 28, 29, 32, 34, 35]

const shortPassphrase = 'The passphrase is short: who has one cookie can guess it offline'
const noPassphrase =
  'SessionCryptoPassphrase not set: the session stands in the cookie for everybody to read and to change'

/** What is said about listings whose advice can be improved upon. */
const warnings: Readonly<Record<number, readonly string[]>> = {
  10: [`4:5 ${shortPassphrase}`],
  11: [`5:5 ${shortPassphrase}`],
  12: [`8:5 ${shortPassphrase}`, '2:5 DBDriver not set: sessions are to be kept in a database'],
  16: [`6:5 ${noPassphrase}`],
  22: [`2:5 ${noPassphrase}`],
  28: ['1:1 SessionTimeout has no effect: sessions are off'],
  34: [`1:1 ${shortPassphrase}`],
}

describe('the listings of the article', () => {
  it('are all there, and each is either a configuration, or a command, or what a command prints', () => {
    assert.deepEqual(
      listings.map(({ number }) => number),
      Array.from({ length: 36 }, (_, index) => index + 1),
    )
    assert.deepEqual(numbered('configuration'), configurations)
    assert.deepEqual(numbered('command'), [1, 2, 3, 4, 5, 7, 8, 17, 21, 24, 26, 27, 30, 31, 33, 36])
    assert.deepEqual(numbered('output'), [9, 25])
  })

  it('that are configurations are files, character by character', () => {
    const files = configurations.map((number) => listingFile(number))
    const folder = dirname(files[0] ?? '')
    assert.deepEqual(
      readdirSync(folder).toSorted(),
      files.map((file) => file.slice(folder.length + 1)),
    )
    for (const { number, text, kind } of listings)
      if (kind === 'configuration') assert.equal(readFileSync(listingFile(number), 'utf8'), `${text}\n`)
  })

  it('that are configurations are accepted as they are; where something better is known, it is said', () => {
    for (const number of configurations) {
      const loaded = loadConfig(listingFile(number), { environment: {} })
      assert.deepEqual([errorsOf(loaded), warningsOf(loaded)], [[], warnings[number] ?? []], `listing ${number}`)
    }
  })
})
