import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { Argument, Command, Option } from 'commander'
import { bashCompletion } from './completion/bash.ts'
import { fishCompletion } from './completion/fish.ts'
import { zshCompletion } from './completion/zsh.ts'
import { manPage } from './man.ts'
import { commandReference } from './markdown.ts'
import { describe as describeCommand, usage } from './model.ts'

const root = describeCommand(
  new Command('sekisho')
    .description('Boil water')
    .option('--loud', 'say more', false)
    .addHelpText('after', '\nExit codes: 0 good, 1 it is cold.')
    .addCommand(
      new Command('boil')
        .alias('cook')
        .description("Boil it until it's <hot>")
        .addArgument(new Argument('<kind>', 'what').choices(['tea', 'soup']))
        .argument('[file]', 'a recipe')
        .addOption(new Option('-t, --heat <degrees>', 'how hot').default(100))
        .addOption(new Option('--secret').hideHelp())
        .option('--into <directory>', 'where')
        .addHelpText('after', '\nTakes long…\n.\n\nExamples:\n  sekisho boil tea     green\n  sekisho boil soup'),
    )
    .addCommand(new Command('pots').addCommand(new Command('list').description('List them'))),
)
const [boil] = root.commands

describe('a command', () => {
  it('is described by its definition', () => {
    assert.equal(boil && usage(boil), 'sekisho boil [options] <kind> [file]')
    assert.deepEqual(boil?.examples, ['sekisho boil tea     green', 'sekisho boil soup'])
    assert.equal(boil?.notes, 'Takes long…\n.')
    assert.deepEqual(
      boil?.options.map(({ names, defaultText, value }) => [names, defaultText, value]),
      [
        [['-t', '--heat'], '100', 'degrees'],
        [['--into'], undefined, 'directory'],
      ],
    )
  })

  it('stands in the reference with all that it takes', () => {
    const page = commandReference(root)
    assert.match(page, /\| \[`sekisho boil`\]\(#sekisho-boil\) \| Boil it until it's \\?<hot> \|/)
    assert.match(
      page,
      /^## sekisho boil\n\n`sekisho boil \[options\] <kind> \[file\]`\n\nBoil it until it's \\<hot>\. Also called `cook`\.$/m,
    )
    assert.match(page, /\| `kind` \| what: `tea`, `soup` \|/)
    assert.match(page, /\| `-t, --heat <degrees>` \| how hot \| `100` \|/)
    assert.match(page, /^sekisho boil tea {2}# green$/m)
    assert.match(page, /^## sekisho pots list$/m)
    assert.doesNotMatch(page, /secret/)
  })

  it('stands in a manual page that roff takes without a warning', () => {
    const page = manPage(root, '1.2.3')
    const { status, stderr, stdout, error } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-bcu'], {
      input: page,
      encoding: 'utf8',
    })
    if (error !== undefined) throw new Error('groff is missing: apt-get install groff-base', { cause: error })
    assert.deepEqual([status, stderr], [0, ''])
    const text = stdout.replaceAll(/[ \n]+/g, ' ')
    for (const part of [
      "boil it until it's <hot>",
      'Takes long… .',
      'sekisho boil soup',
      'EXIT STATUS',
      '1 it is cold',
    ])
      assert.ok(text.toLowerCase().includes(part.toLowerCase()), `${part} is not in: ${text}`)
  })

  it('is completed by each shell with its options, values and arguments', () => {
    const bash = bashCompletion(root)
    assert.ok(bash.includes(`'sekisho boil' | 'sekisho cook') command='sekisho boil' ;;`))
    assert.ok(
      bash.includes(`'sekisho boil') COMPREPLY=( $(compgen -W '-t --heat --into -h --help' -- "$current") ) ;;`),
    )
    assert.ok(bash.includes(`'sekisho boil --into') compopt -o dirnames 2>/dev/null ;;`))
    assert.ok(bash.includes(`'sekisho boil 0') COMPREPLY=( $(compgen -W 'tea soup' -- "$current") ) ;;`))
    assert.ok(bash.includes(`'sekisho boil 1') compopt -o default 2>/dev/null ;;`))
    assert.ok(bash.includes(`'sekisho pots 0') COMPREPLY=( $(compgen -W 'list help' -- "$current") ) ;;`))
    const fish = fishCompletion(root)
    assert.ok(fish.includes(String.raw`-a 'boil' -d 'Boil it until it\'s <hot>'`))
    assert.ok(fish.includes("-l into -r -f -a '(__fish_complete_directories)' -d 'where'"))
    const zsh = zshCompletion(root)
    assert.ok(zsh.includes("'(-t --heat)--heat=[how hot]:degrees: '"))
    assert.ok(zsh.includes("'(-t --heat)-t+[how hot]:degrees: '"))
    assert.ok(zsh.includes("':kind:(tea soup)'"))
    assert.ok(zsh.includes("'::file:_files'"))
  })
})
