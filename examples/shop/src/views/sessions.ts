import type { SessionSummary } from 'sekisho'
import { ago, fill, moment } from '../texts.ts'
import type { User } from '../users.ts'
import type { OwnVisit } from '../visit.ts'
import { html, type Html } from './html.ts'
import { device as devicePicture } from './scenery.ts'
import { tokenField } from './token.ts'

/** Where a user is signed in, and how to end that. */
export function sessionsView(visit: OwnVisit, user: User, sessions: readonly SessionSummary[]): Html {
  const { texts, language } = visit
  return html`<h1>${texts.sessions}</h1>
    <p class="lead">${fill(texts.sessionsText, { name: user.name[language] })}</p>
    <ul class="lines">
      ${sessions.map((summary) => sessionLine(visit, summary))}
    </ul>
    ${
      sessions.length > 1
        ? html`<form class="onward" method="post" action="/sessions/end-others">
            ${tokenField(visit)}
            <button class="primary">${texts.endOthers}</button>
          </form>`
        : html`<p>${texts.noOthers}</p>`
    }`
}

function sessionLine(visit: OwnVisit, summary: SessionSummary): Html {
  const { texts, language, session } = visit
  const { address, authenticatedAt, lastUsedAt, device = texts.unknownDevice } = summary
  const isThis = address === session.meta.address
  return html`<li class="line session" ${isThis && html`aria-current="true"`}>
    ${devicePicture(/iPhone|Android/.test(device))}
    <div class="what">
      <strong>${device}</strong>
      ${isThis && html`<span class="mark">${texts.thisSession}</span>`}
      <dl>
        <div>
          <dt>${texts.signedIn}</dt>
          <dd>${time(authenticatedAt, moment(authenticatedAt, language))}</dd>
        </div>
        <div>
          <dt>${texts.lastUsed}</dt>
          <dd>${time(lastUsedAt, ago(lastUsedAt, language))}</dd>
        </div>
      </dl>
    </div>
    <form method="post" action="/sessions/end">
      ${tokenField(visit)}
      <input type="hidden" name="address" value="${address}" />
      <button aria-label="${isThis ? texts.logout : fill(texts.endSessionOf, { device })}">
        ${isThis ? texts.logout : texts.endSession}
      </button>
    </form>
  </li>`
}

function time(at: number, words: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${words}</time>`
}
