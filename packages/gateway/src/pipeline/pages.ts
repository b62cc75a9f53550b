import { STATUS_CODES } from 'node:http'

const sentences: Readonly<Record<number, string>> = {
  400: 'The request could not be understood.',
  401: 'Logging in is needed to see this page, and the name or the password was missing or wrong.',
  403: 'This page may not be seen.',
  404: 'There is no such page.',
  405: 'This method is not allowed here.',
  408: 'The request took too long to arrive.',
  409: 'The session has changed meanwhile. Please load the page again.',
  410: 'This page is gone for good.',
  412: 'A precondition of the request does not hold.',
  413: 'The request is larger than what is accepted here.',
  414: 'The address is longer than what is accepted here.',
  416: 'The file has no such part.',
  421: 'This server does not answer for that name.',
  429: 'There were too many attempts. Please wait a little.',
  431: 'The browser sent more, or longer, headers than are accepted here. Its cookies of this site may have to be removed.',
  500: 'Something went wrong on the server.',
  501: 'The server does not know how to do this.',
  502: 'The application behind this server could not be reached, or its answer made no sense.',
  503: 'The service is not available for the moment. Please try again soon.',
  504: 'The application behind this server did not answer in time.',
}

/**
 * The page for a status. It says nothing about what is behind the gateway.
 *
 * @param additional The status of what went wrong while ErrorDocument was followed.
 */
export function statusPage(status: number, location?: string, additional?: number): string {
  const title = titleOf(status)
  const paragraphs: string[] = []
  if (location !== undefined) paragraphs.push(`The page is <a href="${escapeHtml(location)}">here</a>.`)
  else if (sentences[status] !== undefined) paragraphs.push(sentences[status])
  if (additional !== undefined)
    paragraphs.push(`Besides, the page about this error could not be shown (${additional} ${titleOf(additional)}).`)
  const text = paragraphs.map((paragraph) => `<p>${paragraph}</p>\n`).join('')
  const head = `<meta charset="utf-8">\n<title>${status} ${title}</title>`
  return `<!DOCTYPE html>\n<html lang="en">\n${head}\n<h1>${title}</h1>\n${text}</html>\n`
}

/** The reason phrase of a status. */
export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown'
}

/** A text for HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
