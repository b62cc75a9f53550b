/** How long something may take that should happen at once, on a machine that has much else to do. */
const mostMs = 10_000

/** Waits for something that should happen soon. @throws When it does not; says what was waited for. */
export async function soon<T>(happening: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain: ${what()}`)), mostMs)
  })
  try {
    return await Promise.race([happening, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A promise with its `resolve`. */
export function promised(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
