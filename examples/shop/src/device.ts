// The first that matches counts: Edge says that it is Chrome, and Chrome that it is Safari.
const browsers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A label for the user's list of sessions, such as `Firefox · Linux`: fixed words only, never what the browser sent. */
export function deviceLabel(userAgent: string | undefined): string | undefined {
  const words = [firstMatch(browsers, userAgent), firstMatch(systems, userAgent)].filter((word) => word !== undefined)
  return words.length === 0 ? undefined : words.join(' · ')
}

function firstMatch(table: typeof browsers, text = ''): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
