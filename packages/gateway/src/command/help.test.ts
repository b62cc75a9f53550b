import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Option } from 'commander'
import { optionText, reflow } from './help.ts'

describe('the text of a help', () => {
  it('is broken where the terminal ends, not where its author has ended a line', () => {
    assert.equal(
      reflow('\nOne two three\nfour five.\n\nSix.\nExamples:\n  sekisho x\n', 12),
      '\nOne two\nthree four\nfive.\n\nSix.\nExamples:\n  sekisho x\n',
    )
    assert.equal(reflow('One two\nthree.\n', 80), 'One two three.\n')
  })

  it('keeps lines for a shell whole, and sets what explains them below, for all of a list', () => {
    const list = '  sekisho a --long-option    this\n  sekisho b                  that, and more of it\n'
    assert.equal(reflow(list, 50), list)
    assert.equal(reflow(list, 30), '  sekisho a --long-option\n      this\n  sekisho b\n      that, and more of it\n')
    assert.equal(reflow('  sekisho a --long-option', 10), '  sekisho a --long-option')
  })

  it('breaks steps below their beginning', () => {
    assert.equal(reflow('  1. A new key is added.\n  2. Done.', 16), '  1. A new key\n     is added.\n  2. Done.')
  })
})

describe('the text of an option', () => {
  it('says what it may be and usually is, but not that a switch is off', () => {
    const option = new Option('--algorithm <name>', 'how').choices(['bcrypt', 'apr1']).default('bcrypt')
    assert.equal(optionText(option), 'how (bcrypt, apr1; default: bcrypt)')
    assert.equal(optionText(new Option('--now', 'do not wait').default(false)), 'do not wait')
    assert.equal(optionText(new Option('-D <name>', 'a name').default([])), 'a name')
  })
})
