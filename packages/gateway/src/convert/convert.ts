import { convertApache } from './apache.ts'
import type { ConfigKind, Conversion } from './contract.ts'
import { convertExpressSession } from './express-session.ts'
import { convertPhpIni } from './php-ini.ts'

/** What a file is, by its name and its text. */
export function kindOf(file: string, text: string): ConfigKind {
  if (/\.[cm]?[jt]sx?$/.test(file)) return 'express-session'
  if (file.endsWith('.ini') || /^\s*session\.\w+\s*=/m.test(text)) return 'php'
  return /^\s*php_(?:admin_)?(?:value|flag)\s+session\./im.test(text) && !/^\s*Session/im.test(text) ? 'php' : 'apache'
}

/**
 * A configuration in our words.
 *
 * @param file Its absolute path.
 */
export function convert(kind: ConfigKind, file: string, text: string): Conversion {
  switch (kind) {
    case 'apache':
      return convertApache(file, text)
    case 'php':
      return convertPhpIni(text)
    case 'express-session':
      return convertExpressSession(text)
  }
}
