/** What `AllowOverride` can permit in `.htaccess` files. */
export const overrideClasses: readonly ['AuthConfig', 'FileInfo', 'Indexes', 'Limit', 'Options'] = [
  'AuthConfig',
  'FileInfo',
  'Indexes',
  'Limit',
  'Options',
]

/** One of them. */
export type OverrideClass = (typeof overrideClasses)[number]

/** Where a directive may stand. */
export interface Contexts {
  /** Outside of all sections. */
  readonly server: boolean
  /** Directly in a `<VirtualHost>`. */
  readonly vhost: boolean
  /** In `<Location>`, `<Directory>`, `<Files>`, `<If>` and their kin. */
  readonly section: boolean
  /** What must be permitted for it to stand in a `.htaccess` file; undefined: it never may; `any`: it always may. */
  readonly htaccess?: OverrideClass | 'any'
}

/** Outside of all sections only. */
export const mainServer: Contexts = { server: true, vhost: false, section: false }
/** Outside of all sections and in virtual hosts. */
export const servers: Contexts = { server: true, vhost: true, section: false }
/** Everywhere but in `.htaccess` files. */
export const configFiles: Contexts = { server: true, vhost: true, section: true }

/** Everywhere. */
export function anywhere(htaccess: OverrideClass | 'any'): Contexts {
  return { server: true, vhost: true, section: true, htaccess }
}

/** In sections, and in `.htaccess` files when their class is permitted. */
export function sections(htaccess?: OverrideClass): Contexts {
  return htaccess === undefined
    ? { server: false, vhost: false, section: true }
    : { server: false, vhost: false, section: true, htaccess }
}

/** The contexts as the reference names them. */
export function contextNames({ server, vhost, section, htaccess }: Contexts): string[] {
  const names = [server && 'server config', vhost && 'virtual host', section && 'directory'].filter(
    (name) => name !== false,
  )
  if (htaccess === undefined) return names
  return [...names, htaccess === 'any' ? '.htaccess' : `.htaccess (${htaccess})`]
}
