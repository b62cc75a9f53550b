import assert from 'node:assert/strict'
import { it } from 'node:test'
import { reversedAddress, reverseFields } from './reverse.ts'

const site = 'https://shop.example'

it('changes the fields that hold addresses of the app, and no others', () => {
  const rules = [{ path: '/app', target: 'http://127.0.0.1:3000/x' }]
  const address = 'http://127.0.0.1:3000/x/y'
  const names = ['LOCATION', 'Content-Location', 'Uri', 'Destination', 'Link', 'Refresh']
  const fields = names.flatMap((name) => [name, address])
  reverseFields(fields, rules, site)
  assert.deepEqual(
    fields.filter((_, at) => at % 2 === 1),
    [...Array<string>(4).fill('https://shop.example/app/y'), address, address],
  )
})

it('does not take one port for the beginning of another', () => {
  const rules = [{ path: '/', target: 'http://app:80' }]
  assert.equal(reversedAddress('http://app:8080/x', rules, site), 'http://app:8080/x')
  assert.equal(reversedAddress('http://app:80/x', rules, site), 'https://shop.example/x')
  assert.equal(reversedAddress('http://app:80?x', rules, site), 'https://shop.example/?x')
  assert.equal(reversedAddress('http://app:80', rules, site), 'https://shop.example/')
})

it('doubles no slash', () => {
  assert.equal(reversedAddress('http://app/x', [{ path: '/', target: 'http://app' }], site), 'https://shop.example/x')
})

it('leaves what no rule is about', () => {
  const rules = [{ path: '/a', target: '' }]
  for (const address of ['/x', 'http://app/x', '']) assert.equal(reversedAddress(address, rules, site), address)
})
