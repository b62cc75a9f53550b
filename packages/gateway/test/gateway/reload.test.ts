import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { freePort, serveSite } from './harness.ts'
import { Load } from './load.ts'
import { slowApp, slowSite } from './slow-site.ts'

describe('a reload', () => {
  it('loses no request, no connection and no session, and changes what is asked for', async () => {
    await using app = await slowApp()
    await using served = await serveSite(slowSite(app, 'Header set X-Version 1'), { process: true, workers: 2 })
    const load = new Load(`${served.url}/`)
    const visitor = served.visitor()
    await visitor.get('/write')
    for (let version = 1; version <= 4; version += 1) {
      await served.reload(slowSite(app, `Header set X-Version ${version}`))
      assert.equal((await visitor.get('/')).headers['x-version'], String(version))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const { answered, failures } = await load.stop()
    assert.deepEqual(failures, [])
    assert.ok(answered > 50, String(answered))
    await visitor.get('/last')
    assert.match(String(app.requests.find(({ url }) => url === '/last')?.headers['session']), /^cart=tea&/)
  })

  it('to something that cannot be used changes nothing, and says why', async () => {
    await using app = await slowApp()
    await using served = await serveSite(slowSite(app, 'Header set X-Version 1'), { process: true, workers: 2 })
    for (const wrong of ['Header set X-Version', 'CustomLog /nowhere/access.log common', 'Listen 192.0.2.1:80']) {
      await served.reload(slowSite(app, `Header set X-Version 2\nListen 127.0.0.1:\${PORT}\n${wrong}`))
      assert.equal((await served.visitor().get('/')).headers['x-version'], '1', wrong)
    }
    const log = served.log()
    assert.match(
      log,
      /\[core:error\] \[pid \d+\] the configuration was not changed: \S+site\.conf:\d+:\d+: error: Header set takes/,
    )
    assert.match(log, /not changed: \S+:\d+:\d+: error: could not open the log file \/nowhere\/access\.log/)
    assert.match(log, /not changed: \S+: error: could not bind to address 192\.0\.2\.1:80/)
  })

  it('opens addresses and closes others, in one process as well', async () => {
    await using app = await slowApp()
    const [one, two] = [await freePort(), await freePort()]
    await using served = await serveSite(`Listen 127.0.0.1:${one}\n${slowSite(app)}`)
    const old = connect(one, '127.0.0.1')
    await once(old, 'connect')
    await served.reload(`Listen 127.0.0.1:${two}\n${slowSite(app)}`)
    assert.equal((await served.visitor({ url: `http://127.0.0.1:${two}` }).get('/')).status, 200)
    old.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [part] = (await once(old, 'data')) as [Buffer]
    assert.match(String(part), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/)
    old.destroy()
    await assert.rejects(served.visitor({ url: `http://127.0.0.1:${one}` }).get('/'), { code: 'ECONNREFUSED' })
  })
})
