/**
 * Loaded into a process before everything else: its own clock is wrong by `SEKISHO_TEST_CLOCK_MS` milliseconds from then on.
 * Timers and `performance.now` go on as ever.
 */
const shiftMs = Number(process.env['SEKISHO_TEST_CLOCK_MS'] ?? 0)
const RealDate = Date
const now = (): number => RealDate.now() + shiftMs

if (shiftMs !== 0) {
  globalThis.Date = new Proxy(RealDate, {
    construct: (_, given: unknown[], target) =>
      Reflect.construct(RealDate, given.length === 0 ? [now()] : given, target),
    apply: () => new RealDate(now()).toString(),
    get: (_, name) => (name === 'now' ? now : Reflect.get(RealDate, name)),
  })
}
