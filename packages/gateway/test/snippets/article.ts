/**
 * The listings of an article about Apache's mod_session, in their order and character by character: what its readers have typed
 * into their servers. The configurations among them are also files of `data`, from which the tests serve sites.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'

/** What a listing is. Commands, and what they print, are no configuration: the gateway does not read them. */
export type ListingKind = 'configuration' | 'command' | 'output'

/** One listing. */
export interface Listing {
  readonly number: number
  readonly kind: ListingKind
  readonly text: string
}

/** The file of a configuration. */
export function listingFile(number: number): string {
  return fileURLToPath(new URL(`data/${String(number).padStart(2, '0')}.conf`, import.meta.url))
}

/** The text of a listing. */
export function listingText(number: number): string {
  const found = listings.find((listing) => listing.number === number)
  if (found === undefined) throw new Error(`the article has no listing ${number}`)
  return found.text
}

export const listings: readonly Listing[] = [
  command(
    1,
    `sudo apt update
sudo apt install libapache2-mod-session`,
  ),
  command(2, `sudo yum install mod_session`),
  command(3, `sudo dnf install mod_session`),
  command(
    4,
    `sudo a2enmod session
sudo a2enmod session_cookie
sudo a2enmod session_crypto
sudo systemctl restart apache2`,
  ),
  command(5, `sudo vi /etc/httpd/conf/httpd.conf`),
  configuration(
    6,
    `LoadModule session_module modules/mod_session.so
LoadModule session_cookie_module modules/mod_session_cookie.so
LoadModule session_crypto_module modules/mod_session_crypto.so`,
  ),
  command(7, `sudo systemctl restart httpd`),
  command(8, `apachectl -M | grep session`),
  output(
    9,
    `session_module (shared)
session_cookie_module (shared)
session_crypto_module (shared)`,
  ),
  configuration(
    10,
    `<IfModule mod_session.c>
    Session On
    SessionCookieName sessionid path=/ 
    SessionCryptoPassphrase secret
</IfModule>`,
  ),
  configuration(
    11,
    `<IfModule mod_session.c>
    Session On
    SessionStore file
    SessionStoreFileName /var/lib/apache2/session/%{SESSIONID}.session
    SessionCryptoPassphrase secret
</IfModule>`,
  ),
  configuration(
    12,
    `<IfModule mod_session.c>
    Session On
    SessionStore dbd
    SessionDBDCookieName sessionid path=/
    SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES (%s, %s)"
    SessionDBDSelectSQL "SELECT data FROM sessions WHERE id = %s"
    SessionDBDUpdateSQL "UPDATE sessions SET data = %s WHERE id = %s"
    SessionCryptoPassphrase secret
</IfModule>`,
  ),
  configuration(
    13,
    `<IfModule mod_session.c>
    Session On
    SessionCookieName sessionid path=/
    SessionCryptoPassphrase mySecretPassphrase
    SessionHeader X-MyApp-Session
</IfModule>`,
  ),
  configuration(
    14,
    `<IfModule mod_session.c>
    Session On
    SessionStore file
    SessionStoreFileName /var/lib/apache2/session/%{SESSIONID}.session
    SessionCryptoPassphrase mySecretPassphrase
</IfModule>`,
  ),
  configuration(
    15,
    `<IfModule mod_session.c>
    Session On
    SessionTimeout 1800
</IfModule>`,
  ),
  configuration(
    16,
    `<Location /secure>
    AuthType Basic
    AuthName "Secure Area"
    AuthUserFile /etc/apache2/.htpasswd
    Require valid-user
    Session On
    SessionCookieName secureSession path=/secure
</Location>`,
  ),
  command(17, `sudo systemctl restart apache2`),
  configuration(
    18,
    `<IfModule mod_session.c>
    Session On
    SessionCookieName sessionid path=/
    SessionCryptoPassphrase MyStrongPassphrase123
</IfModule>`,
  ),
  configuration(
    19,
    `<IfModule mod_session.c>
    Session On
    SessionCookieName sessionid path=/
    SessionCryptoPassphrase MyStrongPassphrase123
    SessionHeader X-Signed-Session
    SessionCryptoCipher aes256
</IfModule>`,
  ),
  configuration(
    20,
    `<IfModule mod_session.c>
    Session On
    SessionTimeout 1800
</IfModule>`,
  ),
  command(
    21,
    `sudo chown root:apache /var/lib/apache2/session
sudo chmod 770 /var/lib/apache2/session`,
  ),
  configuration(
    22,
    `<IfModule mod_session_cookie.c>
    Session On
    SessionCookieName sessionid path=/; HttpOnly; Secure
</IfModule>`,
  ),
  configuration(
    23,
    `<IfModule mod_session.c>
    Session On
    SessionCookieName sessionid path=/
    SessionCryptoPassphrase MyStrongPassphrase123
    SessionHeader X-Renew-Session
</IfModule>`,
  ),
  command(24, `apachectl -M | grep session`),
  output(
    25,
    `session_module (shared)
session_cookie_module (shared)
session_crypto_module (shared)`,
  ),
  command(
    26,
    `sudo a2enmod session
sudo a2enmod session_cookie
sudo a2enmod session_crypto
sudo systemctl restart apache2`,
  ),
  command(27, `sudo tail -f /var/log/apache2/error.log`),
  configuration(28, `SessionTimeout 3600`),
  configuration(29, `SessionCookieName sessionid path=/; HttpOnly; Secure`),
  command(
    30,
    `sudo chmod 770 /var/lib/apache2/session
sudo chown root:apache /var/lib/apache2/session`,
  ),
  command(31, `df -h`),
  configuration(
    32,
    `Session On
SessionHeader X-Renew-Session`,
  ),
  command(
    33,
    `sudo a2enmod session_crypto
sudo systemctl restart apache2`,
  ),
  configuration(34, `SessionCryptoPassphrase MySecretKey123`),
  configuration(
    35,
    `SessionDBDCookieName sessionid path=/
SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES (%s, %s)"`,
  ),
  command(36, `sudo systemctl status mysql`),
]

function configuration(number: number, text: string): Listing {
  return { number, kind: 'configuration', text }
}

function command(number: number, text: string): Listing {
  return { number, kind: 'command', text }
}

function output(number: number, text: string): Listing {
  return { number, kind: 'output', text }
}
