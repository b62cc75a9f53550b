/** How the recipe of PHP's manual is asked for. */
export interface Recipe {
  /** The id is said to have been replaced so long ago. */
  readonly secondsAgo?: number
  /** What the page does under the new id. */
  readonly next?: string
}

/**
 * What PHP's manual says about a new id for a session, for behind `session_start()`: the old one stays for a while, with two marks,
 * and the new one has what it had. It prints the new id. See the page of session_regenerate_id().
 */
export function regenerate({ secondsAgo = 0, next = '' }: Recipe = {}): string {
  return `
    $next = session_create_id();
    $vars = $_SESSION;
    $_SESSION['new_session_id'] = $next;
    $_SESSION['destroyed'] = time() - ${secondsAgo};
    session_commit();
    session_id($next);
    session_start();
    $_SESSION = $vars;
    ${next}
    echo $next;`
}
