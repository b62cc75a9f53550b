import type { RequestHeaders } from '../transport/contract.ts'
import { header } from '../transport/request-header.ts'
import type { Attachment, SessionState } from './state.ts'

/**
 * Whether the secret is replaced with this answer, now that it is due or was asked for. Navigations come first, because
 * their cookies are surely kept; other requests rotate only when the secret is twice as old as it should get, so that an
 * application without navigations rotates too. Who presents the previous secret gets the current one, never a new one,
 * unless nothing of the old ones is to stay.
 */
export function rotationFits(
  { rotate, graceless, request }: SessionState,
  { recognised, stored }: Attachment,
  everyMs: number,
): boolean {
  if (graceless) return recognised !== 'minted'
  if (recognised !== 'current') return false
  const age = stored.now - (stored.record.rotatedAt ?? stored.createdAt)
  return rotate || age >= 2 * everyMs || isNavigation(request.headers)
}

/** Whether the request is for a page. */
export function isNavigation(headers: RequestHeaders): boolean {
  const mode = header(headers, 'sec-fetch-mode')
  // No Fetch Metadata on plain http and in old browsers: whoever accepts HTML is most likely navigating.
  return mode === undefined ? (header(headers, 'accept') ?? '').includes('text/html') : mode === 'navigate'
}
