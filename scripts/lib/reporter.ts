/**
 * The runner's `spec` report with its summary at the very end. Plain `spec` prints the details of failed tests below the
 * summary, where the numbers are easily overlooked.
 *
 * @module
 */
import { Readable } from 'node:stream'
import { spec, type TestEvent } from 'node:test/reporters'

const summaryLine = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const summary: TestEvent[] = []
  yield* Readable.from(withoutSummary(source, summary)).pipe(new spec())
  yield* Readable.from(summary).pipe(new spec())
}

async function* withoutSummary(source: AsyncIterable<TestEvent>, summary: TestEvent[]): AsyncGenerator<TestEvent> {
  for await (const event of source) {
    const isSummary =
      event.type === 'test:diagnostic' && event.data.nesting === 0 && summaryLine.test(event.data.message)
    if (isSummary) summary.push(event)
    else yield event
  }
}

// `--test-reporter` takes the default export of a module.
// oxlint-disable-next-line import/no-default-export
export default report
