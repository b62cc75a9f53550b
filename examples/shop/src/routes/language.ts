import { redirect, refusal } from '../answers.ts'
import { isLanguage } from '../texts.ts'
import type { Answer, Visit } from '../visit.ts'

/** Keeps the language that was chosen, and goes back to the page. */
export function chooseLanguage(visit: Visit): Answer {
  const language = visit.form.get('language')
  if (!isLanguage(language)) return refusal(visit, 400)
  visit.session.set('language', language)
  return redirect(visit.page)
}
