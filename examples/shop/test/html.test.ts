import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html, type Html } from '../src/views/html.ts'

test('what is put into a template is escaped', () => {
  assert.equal(html`<p title="${`"&'`}">${'<b>'}</p>`.text, '<p title="&quot;&amp;&#39;">&lt;b&gt;</p>')
})

test('a template within a template is not escaped again, and lists are joined', () => {
  const item = (text: string): Html => html`<li>${text}</li>`
  assert.equal(
    html`<ul>
      ${['<', '>'].map(item)}
    </ul>`.text.replaceAll(/\s/g, ''),
    '<ul><li>&lt;</li><li>&gt;</li></ul>',
  )
})

test('undefined and false are nothing, and zero is a number', () => {
  assert.equal(html`${undefined}${false}${0}${''}`.text, '0')
})

test('text that looks like a template stays text', () => {
  const forged = { text: '<script>' } as unknown as string
  assert.equal(html`${'${x}'}${['<i>', ['<j>']]}`.text, '${x}&lt;i&gt;&lt;j&gt;')
  assert.throws(() => html`${forged}`)
})
