/** How long what runs may take when the gateway ends, where nobody says otherwise. */
export const defaultDrainMs = 30_000
