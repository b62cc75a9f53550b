import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readGroups } from './group-file.ts'

function groupsIn(text: string): Record<string, string[]> {
  return Object.fromEntries([...readGroups(text)].map(([user, groups]) => [user, [...groups]]))
}

describe('a group file', () => {
  it('tells the groups of each user; those of one name are one', () => {
    const text = 'Admins: bob "space user"\n# x: ann\n\nadmins:carol\nstaff : ann bob\r\nempty:\nno colon\n'
    assert.deepEqual(groupsIn(text), {
      bob: ['admins', 'staff'],
      'space user': ['admins'],
      carol: ['admins'],
      ann: ['staff'],
    })
  })

  it('joins lines at a backslash', () => {
    assert.deepEqual(groupsIn('long: a \\\n b\\\n c\n'), { a: ['long'], b: ['long'], c: ['long'] })
  })

  it('keeps users apart by case', () => {
    assert.deepEqual(groupsIn('g: Bob bob'), { Bob: ['g'], bob: ['g'] })
  })

  it('takes a user of any name', () => {
    assert.deepEqual(groupsIn('g: __proto__ constructor 山田')['山田'], ['g'])
    assert.ok(readGroups('g: __proto__').get('__proto__')?.has('g'))
  })
})
