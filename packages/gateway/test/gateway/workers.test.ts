import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serveSite } from './harness.ts'
import { slowApp } from './slow-site.ts'

describe('several workers', () => {
  it('share addresses and the count of wrong passwords, and one that dies is replaced', async () => {
    await using app = await slowApp()
    const login = 'AuthType Basic\nAuthName x\nAuthUserFile ${ROOT}/users\nRequire valid-user'
    const text = `ProxyPass / ${app.url}/\n<Location /secure>\n${login}\n</Location>\nCustomLog \${ROOT}/access.log "%P"`
    const users = 'alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n'
    await using served = await serveSite(text, { process: true, workers: 2, files: { users } })
    const wrong = { Authorization: `Basic ${Buffer.from('alice:wrong').toString('base64')}` }
    const statuses: number[] = []
    for (let attempt = 0; attempt < 14; attempt += 1) {
      // A new connection for each, which goes to the other worker.
      const visitor = served.visitor()
      statuses.push((await visitor.get('/secure', { ...wrong, Connection: 'close' })).status)
    }
    assert.deepEqual([statuses.filter((status) => status === 401).length, statuses.at(-1)], [10, 429])
    const pids = [...new Set(served.read('access.log').trim().split('\n'))]
    assert.equal(pids.length, 2)
    process.kill(Number(pids[0]), 'SIGKILL')
    await served.says('error.log', `worker ${pids[0]} ended (signal SIGKILL); another takes its place`)
    for (let turn = 0; turn < 200 && newPids(served.read('access.log'), pids) === 0; turn += 1)
      await served.visitor().get('/', { Connection: 'close' })
    assert.ok(newPids(served.read('access.log'), pids) > 0)
  })

  it('refuse sessions in the memory of one of them', async () => {
    const text = 'Session On\nSessionStore memory'
    await assert.rejects(serveSite(text, { process: true, workers: 2 }), ({ message }: Error) => {
      assert.match(message, /site\.conf:\d+:1: error: .*memory[^]*fix: /)
      assert.doesNotMatch(message, /unexpected|a mistake of this program/)
      return true
    })
    await using one = await serveSite(text)
    assert.equal((await one.visitor().get('/')).status, 404)
  })
})

function newPids(log: string, known: readonly string[]): number {
  return new Set(
    log
      .trim()
      .split('\n')
      .filter((pid) => !known.includes(pid)),
  ).size
}
