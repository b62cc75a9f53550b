/** The shells that there is a completion for. */
export const shells: readonly ['bash', 'zsh', 'fish'] = ['bash', 'zsh', 'fish']

/** One of them. */
export type ShellName = (typeof shells)[number]
