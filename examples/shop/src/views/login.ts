import { demoUsers } from '../users.ts'
import type { Visit } from '../visit.ts'
import { html, type Html } from './html.ts'

/** What the form starts with. */
export interface LoginForm {
  /** Where to go once signed in. */
  readonly next: string
  /** The user name of an attempt that failed. */
  readonly failed?: string
}

/** The form to sign in, and who may. */
export function loginView(visit: Visit, { next, failed }: LoginForm): Html {
  const { texts } = visit
  const { login } = visit.door
  const described = failed !== undefined && html`aria-invalid="true" aria-describedby="failure"`
  return html`<div class="columns">
    <section class="sheet">
      <h1>${texts.login}</h1>
      ${failed !== undefined && html`<p class="failure" id="failure" role="alert">${texts.loginFailed}</p>`}
      <form class="stack" method="post" action="${login.action(next)}">
        <input type="hidden" name="${login.next}" value="${next}" />
        <label>
          <span>${texts.userName}</span>
          <input
            name="${login.user}"
            value="${failed ?? ''}"
            autocomplete="username"
            autocapitalize="none"
            spellcheck="false"
            maxlength="100"
            required
            ${described}
          />
        </label>
        <label>
          <span>${texts.password}</span>
          <input
            type="password"
            name="${login.password}"
            autocomplete="current-password"
            maxlength="100"
            required
            ${described}
          />
        </label>
        <button class="primary">${texts.login}</button>
      </form>
    </section>
    ${login.hasKnownPasswords ? demoUserList(visit) : demoUserNote(visit)}
  </div>`
}

/** The passwords are this machine's own. */
function demoUserNote({ texts }: Visit): Html {
  return html`<aside class="sheet" aria-labelledby="demo">
    <h2 id="demo">${texts.demoUsers}</h2>
    <p>${texts.loginNote}</p>
    <p>${demoUsers.map(({ id }) => html`<code>${id}</code> `)}</p>
  </aside>`
}

function demoUserList({ texts, language }: Visit): Html {
  return html`<aside class="sheet" aria-labelledby="demo">
    <h2 id="demo">${texts.demoUsers}</h2>
    <p>${texts.loginText}</p>
    <dl class="demo">
      ${demoUsers.map(({ id, password, name }) => {
        return html`<div>
          <dt>${name[language]}</dt>
          <dd><code>${id}</code> / <code>${password}</code></dd>
        </div>`
      })}
    </dl>
  </aside>`
}
