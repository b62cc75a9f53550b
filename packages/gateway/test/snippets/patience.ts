/** For tests that wait for the sweeper, which comes once in a minute. */
export const takesMinutes: { readonly skip: false | string } = {
  skip: process.env['SEKISHO_LONG'] === '1' ? false : 'takes minutes: npm run test:long',
}

/** Waits. @returns Whether it came true within three minutes. */
export async function comesTrue(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 180_000
  while (performance.now() < deadline) {
    if (await condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return false
}
