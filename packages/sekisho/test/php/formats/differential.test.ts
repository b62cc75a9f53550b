import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { decodeVars, encodeVars, type PhpFormat, PhpArray } from 'sekisho/php'
import { startPhp } from '../real-php.ts'
import { cases, octetsOf } from './corpus.ts'
import { mutate, phpArrays } from './values.ts'

const rounds = process.env['SEKISHO_LONG'] === '1' ? 20 : 1
const formats: readonly PhpFormat[] = ['php', 'php_binary', 'php_serialize']
const php = startPhp(new URL('decode.php', import.meta.url))
after(() => php.stop())

/** What PHP makes of a session. */
interface Answer {
  readonly isDecoded: boolean
  readonly octets: string | false
}

/** Octets to be decoded, and what for. */
interface Question {
  readonly format: PhpFormat
  readonly octets: Buffer
  readonly precision?: number
}

test('what we encode, PHP decodes and encodes to the same octets', async () => {
  const samples = fc.sample(phpArrays({ isVars: true }), { numRuns: 400 * rounds, seed: 1 })
  const questions = samples.flatMap((vars) =>
    formats.map((format) => ({ format, octets: Buffer.from(encodeVars(format, vars)) })),
  )
  const answers = await ask(questions)
  for (const [index, { format, octets }] of questions.entries()) {
    const answer = answers[index]
    const text = `${format}: ${octets.toString('latin1')}`
    assert.ok(answer?.isDecoded === true, text)
    assert.equal(octetsOfAnswer(answer).toString('latin1'), octets.toString('latin1'), text)
  }
})

test('floats are written as PHP writes them, whatever its serialize_precision', async () => {
  const floats = fc.sample(fc.double({ noNaN: true }), { numRuns: 2000 * rounds, seed: 2 })
  // The first two lie halfway between two numbers of 17 digits.
  const halves = [2 ** 51 + 0.25, 2 ** 51 + 1.75, 0.5, 1.25, 1e15, 1e16, 1e17, 123456789012345680, 5e-324]
  const values = [...floats, ...floats.map((value) => Math.fround(value)), ...halves, ...halves.map((value) => -value)]
  const vars = PhpArray.from([['floats', PhpArray.of(...values)]])
  const octets = Buffer.from(encodeVars('php', vars, { serializePrecision: 100 }))
  // With fewer digits than `-INF` has letters, PHP cuts those off too, and cannot read what it wrote.
  const precisions = [-1, 17, 100, 4, 5, 14, 16]
  const answers = await ask(precisions.map((precision) => ({ format: 'php', octets, precision })))
  for (const [index, precision] of precisions.entries()) {
    const ours = Buffer.from(encodeVars('php', vars, { serializePrecision: precision })).toString('latin1')
    const theirs = octetsOfAnswer(answers[index]).toString('latin1')
    assert.deepEqual(ours.split(';'), theirs.split(';'), `serialize_precision ${precision}`)
  }
})

test('what a class wrote by serialize() is numbered with everything else, as in PHP', async () => {
  const object = 'O:8:"stdClass":1:{s:1:"v";N;}'
  const list = `a:2:{i:0;${object}i:1;i:5;}`
  const written = (value: string): string => `C:16:"SerializesItself":${value.length}:{${value}}`
  const sessions = [
    `x|O:1:"A":1:{s:1:"v";${object}}y|${written('r:2;')}z|r:2;`,
    `x|${object}y|${written('r:1;')}z|r:1;`,
    `x|${written('r:1;')}y|r:1;`,
    `x|${written('i:5;')}y|${object}z|r:3;`,
    `x|${written(object)}y|r:2;z|r:1;`,
    `x|${written(list)}y|r:3;z|${object}w|r:7;`,
    `x|${written(written(list))}y|r:4;z|r:2;`,
  ]
  const questions = sessions.map((text) => ({ format: 'php' as const, octets: Buffer.from(text) }))
  const answers = await ask(questions)
  for (const [index, question] of questions.entries()) {
    const text = question.octets.toString()
    assert.equal(octetsOfAnswer(answers[index]).toString(), text)
    assert.equal(decodedAgain(question)?.toString(), text)
  }
})

test('octets that are wrong somewhere are decoded or refused as PHP does it', async () => {
  const questions = cases
    .filter(({ b64 = '' }) => b64.length > 0 && b64.length < 2000)
    .flatMap((entry) =>
      Array.from({ length: 16 * rounds }, (_, seed) => ({
        format: entry.format,
        octets: mutate(octetsOf(entry), seed),
      })),
    )
  const answers = await ask(questions)
  let refused = 0
  for (const [index, question] of questions.entries()) {
    const ours = decodedAgain(question)
    const answer = answers[index]
    if (isSpecial(question.octets)) continue
    const text = `${question.format}: ${JSON.stringify(question.octets.toString('latin1'))}`
    assert.equal(ours !== undefined, answer?.isDecoded, text)
    if (ours === undefined) refused += 1
    else assert.equal(ours.toString('latin1'), octetsOfAnswer(answer).toString('latin1'), text)
  }
  assert.ok(refused > 200 && refused < questions.length, `${refused} of ${questions.length} are refused`)
})

/**
 * What PHP makes of objects depends on the classes that it knows, and a root that is no array is refused by us: see the
 * exceptions of the corpus.
 */
function isSpecial(octets: Buffer): boolean {
  const text = octets.toString('latin1')
  return /[OCE]:\d*:|^(?!a:|N;)[a-zA-Z]:|R:0*1;|\d{19}/.test(text)
}

async function ask(questions: readonly Question[]): Promise<Answer[]> {
  const answers = await php.ask(
    questions.map((question) => ({ ...question, octets: question.octets.toString('base64') })),
  )
  return answers.map((answer) => JSON.parse(answer) as Answer)
}

/** An empty session is no octets. */
function octetsOfAnswer(answer: Answer | undefined): Buffer {
  return Buffer.from(answer === undefined || answer.octets === false ? '' : answer.octets, 'base64')
}

function decodedAgain({ format, octets }: Question): Buffer | undefined {
  try {
    return Buffer.from(encodeVars(format, decodeVars(format, octets)))
  } catch {
    return undefined
  }
}
