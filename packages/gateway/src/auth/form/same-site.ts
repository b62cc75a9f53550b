import { csrfGuard, type CsrfRefusal } from 'sekisho/csrf'
import { isForm, formFields } from './login-form.ts'
import type { AuthRequest } from '../visit.ts'

/**
 * Tells whether another site made a request in a visitor's name. A client that sends neither `Sec-Fetch-Site` nor `Origin` is no
 * browser, and nobody else can make it send forms.
 *
 * @param loginPage Where the configuration sends visitors to log in: its forms are welcome, whatever host it is on.
 * @returns Undefined when all is well.
 */
export function crossSiteRefusal(request: AuthRequest, loginPage?: string): CsrfRefusal | undefined {
  const origins =
    loginPage !== undefined && /^https?:/i.test(loginPage) && URL.canParse(loginPage) ? [new URL(loginPage).origin] : []
  const guard = csrfGuard({ allowNoOrigin: true, origins })
  return guard.check({ method: request.method, headers: { get: (name) => request.header(name) ?? null } })
}

/** A field of a form that was posted. @param most How many octets of a form are read. */
export async function postedField(request: AuthRequest, name: string, most: number): Promise<string | undefined> {
  if (!isForm(request.header('content-type'))) return undefined
  const body = await request.readBody(most)
  return body === undefined ? undefined : formFields(body).get(name)?.toString()
}
