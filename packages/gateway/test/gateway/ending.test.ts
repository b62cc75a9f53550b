import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RecordingApp } from './app.ts'
import { serveSite } from './harness.ts'
import { Load } from './load.ts'
import { slowApp, slowSite } from './slow-site.ts'

describe('the end', () => {
  it('finishes what runs, on a signal, with no request lost', async () => {
    await using app = await slowApp()
    for (const workers of [1, 2]) {
      await using served = await serveSite(slowSite(app), { process: true, workers })
      const load = new Load(`${served.url}/`)
      while (load.tally.answered < 20) await new Promise((resolve) => setTimeout(resolve, 10))
      load.expectEnd()
      served.signal('SIGTERM')
      assert.equal(await served.exited, 0)
      const { failures } = await load.stop()
      assert.deepEqual(failures, [], `${workers} workers`)
    }
  })

  it('waits no longer than it is told to', async () => {
    await using app = await RecordingApp.start(() => new Promise((resolve) => setTimeout(resolve, 10_000).unref()))
    await using served = await serveSite(slowSite(app), { process: true, drainMs: 1000 })
    const lost = assert.rejects(served.visitor().get('/'), { code: 'ECONNRESET' })
    while (app.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const before = performance.now()
    served.signal('SIGTERM')
    assert.equal(await served.exited, 0)
    await lost
    assert.ok(performance.now() - before < 4000)
  })
})

describe('logs', () => {
  it('are opened anew on a signal, so that they can be rotated', async () => {
    await using app = await slowApp()
    const text = `ProxyPass / ${app.url}/\nCustomLog \${ROOT}/access.log combined`
    await using served = await serveSite(text, { process: true })
    await served.visitor().get('/before')
    await served.says('access.log', 'GET /before')
    renameSync(join(served.root, 'access.log'), join(served.root, 'access.log.1'))
    served.signal('SIGUSR1')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await served.visitor().get('/after')
    await served.says('access.log', 'GET /after')
    assert.doesNotMatch(served.read('access.log.1'), /after/)
  })
})

describe('the command', () => {
  it('prints where a login works, and what is wrong with a configuration', async () => {
    await using served = await serveSite('DocumentRoot ${ROOT}')
    const run = (text: string) => {
      const program = new URL('../../src/main.ts', import.meta.url).pathname
      return execFileSync(process.execPath, ['--conditions=source', program, ...text.split(' ')], {
        encoding: 'utf8',
        stdio: 'pipe',
      })
    }
    assert.match(run('serve --help'), /--workers <number>[^]*HUP reads the configuration anew/)
    assert.throws(() => run(`serve ${served.root}/nothing.conf`), /nothing\.conf/)
    assert.throws(() => run('serve x --workers 0'), /a whole number of at least 1/)
  })
})
