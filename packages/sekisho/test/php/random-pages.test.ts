/**
 * Pages of random steps, on real PHP and here: the same calls toward the handler, the same warnings, results and cookies.
 */
import assert from 'node:assert/strict'
import http, { type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { sessionFolder } from './page.ts'
import { phpSite } from './site/site.ts'
import { type Program, run, type Seen, stepNames } from './steps.ts'

const isLong = process.env['SEKISHO_LONG'] === '1'

const program: fc.Arbitrary<Program> = fc.record({
  records: fc.constantFrom(
    { abc: 'a|i:1;' },
    { abc: '' },
    {},
    { abc: 'garbage' },
    { abc: 'a|i:1;', other: 'x|s:1:"y";' },
  ),
  failing: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.subarray(['open', 'read', 'write', 'destroy', 'gc', 'updateTimestamp'], { maxLength: 1 }),
    },
  ),
  steps: fc.array(fc.constantFrom(...stepNames), { maxLength: 9 }).map((steps) => ['start', ...steps]),
})

test('PHP does the same, call by call', async () => {
  const ini = { save_path: '/var/sessions', gc_probability: 0, use_strict_mode: 0, serialize_precision: -1 }
  const site = await phpSite({ folder: sessionFolder(), ini })
  const agent = new http.Agent({ keepAlive: true })
  try {
    await fc.assert(
      fc.asyncProperty(program, async (each) => {
        assert.deepEqual(named(await run(each)), named(await ask(site.port, agent, each)))
      }),
      { numRuns: isLong ? 20_000 : 400 },
    )
  } finally {
    agent.destroy()
    await site.stop()
  }
})

/** After a destroy, PHP's warnings no longer know the class of the handler, and `updateTimestamp` has its old name there. */
function named({ seen, cookies }: Seen): Seen {
  const plain = (each: unknown): unknown =>
    typeof each === 'string'
      ? each.replace('handler: H::', 'handler: ').replace('update_timestamp', 'updateTimestamp')
      : each
  return { seen: seen.map(plain), cookies }
}

async function ask(port: number, agent: http.Agent, each: Program): Promise<Seen> {
  const headers = { cookie: 'PHPSESSID=abc', 'content-type': 'application/json' }
  const request = http.request({ port, method: 'POST', path: '/trace.php', headers, agent }).end(JSON.stringify(each))
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk)
  return JSON.parse(text) as Seen
}
