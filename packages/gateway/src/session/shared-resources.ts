/** Something that several keepers use, and that is closed when nobody does any more. */
export interface Resource {
  close(): void | Promise<void>
}

/** The right to use a resource. */
export interface Lease<R> {
  readonly resource: R
  /** Gives it back. The last one closes the resource, and waits for that. */
  release(): Promise<void>
}

interface Held {
  readonly resource: Resource
  leases: number
}

/**
 * Stores and connections of the process, by what they are made of. Sections that say the same share one, and a reload takes
 * them over: the new configuration takes its leases before the old one gives its own back.
 */
export class SharedResources {
  readonly #held = new Map<string, Held>()

  /** @param key Says all that the resource depends on. */
  take<R extends Resource>(key: string, open: () => R): Lease<R> {
    const held = this.#held.get(key) ?? { resource: open(), leases: 0 }
    this.#held.set(key, held)
    held.leases += 1
    let isReleased = false
    return {
      resource: held.resource as R,
      release: async () => {
        if (isReleased) return
        isReleased = true
        held.leases -= 1
        if (held.leases > 0) return
        this.#held.delete(key)
        await held.resource.close()
      },
    }
  }
}
