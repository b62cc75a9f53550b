/**
 * Lines of configurations, right and wrong ones, for comparing with the real server: words of every kind that a directive of
 * both could be given.
 */
export const sampleLines: readonly string[] = String.raw`
Session On
session off
Session On Off
Session On # c
Session maybe
Session
Session ""
SessionMaxAge 100
SessionMaxAge 0
SessionMaxAge
SessionMaxAge 1 2
SessionMaxAge "100"
SessionMaxAge 10 # c
SessionMaxAge ""
SessionHeader X-Session
SessionHeader
SessionHeader A B
SessionEnv On
SessionEnv 1
SessionInclude /a
SessionInclude /a /b
SessionInclude "/with blank"
SessionExclude '/a'
SessionExpiryUpdateInterval 10
SessionExpiryUpdateInterval -1
SessionCookieName s path=/
SessionCookieName sessionid path=/; HttpOnly; Secure
SessionCookieName
SessionCookieName a=b
SessionCookieName a&b path=/
SessionCookieName "s" path=/
SessionCookieName2 s path=/
SessionCookieName2 s=1
SessionCookieRemove On
SessionCookieRemove yes
SessionCookieMaxAge On
SessionDBDCookieName s path=/
SessionDBDCookieName
SessionDBDCookieName a;b
SessionDBDCookieName a=b
SessionDBDCookieName2 s
SessionDBDCookieRemove Off
SessionDBDPerUser On
SessionDBDSelectLabel one
SessionDBDSelectLabel one two
SessionDBDInsertLabel
SessionDBDInsertSQL "INSERT INTO sessions (id, data) VALUES (%s, %s)"
SessionStore file
SessionTimeout 1800
SessionCryptoPassphrase secret
SessionCryptoPassphrase "two words" other
SessionCryptoPassphrase
SessionCryptoPassphrase ""
SessionCryptoCipher aes256
SessionCryptoCipher aes192 aes256
SessionCryptoCipher
SessionCryptoDriver openssl
DBDriver sqlite3
DBDriver
DBDParams "host=localhost"
DBDParams a b
DBDPersist On
DBDPersist maybe
DBDPrepareSQL "select 1" label
DBDPrepareSQL "select 1"
DBDMin 1
DBDMin x
DBDKeep 2
DBDMax 10
DBDExptime 300
DBDInitSQL "select 1"
SetEnvIfExpr "%{REQUEST_METHOD} == 'POST'" posted
SetEnvIfExpr "%{REQUEST_URI} =~ m#^/(a)#" first=$1 !second
SetEnvIfExpr "%{REQUEST_METHOD} ==" x
SetEnvIfExpr "true"
SetEnvIfExpr
SetEnvIf "^X-.*" yes seen
SetEnvIf "^(X" yes seen
RemoteIPHeader X-Forwarded-For
RemoteIPHeader
RemoteIPHeader X Y
RemoteIPInternalProxy 10.0.0.0/8 127.0.0.1
RemoteIPInternalProxy
RemoteIPTrustedProxy 300.1.1.1
RemoteIPTrustedProxy 2001:db8::/32
RemoteIPTrustedProxy 192.0.2.0/33
RemoteIPProxiesHeader X-Via
LogLevel auth_form:debug
LogLevel info session:trace1 mod_headers.c:warn
LogLevel nonsense:debug
LogLevel debug:info
LogLevel session_module:nothing
AuthType Basic
AuthType None
AuthType
AuthName "Secure Area"
AuthName Secure Area
AuthUserFile conf/users
AuthUserFile
AuthGroupFile conf/groups
AuthBasicProvider file
AuthBasicProvider zzz
AuthBasicProvider
AuthBasicAuthoritative Off
AuthBasicAuthoritative
AuthBasicFake user secret
AuthFormProvider file
AuthFormProvider zzz
AuthFormUsername name
AuthFormUsername a=b
AuthFormPassword ""
AuthFormSize 4096
AuthFormLoginRequiredLocation /login.html?req=%{REQUEST_URI}
AuthFormLoginRequiredLocation %{NOPE}
AuthFormLoginSuccessLocation "/welcome"
AuthFormLogoutLocation http://localhost/bye
AuthFormSitePassphrase secret
AuthFormAuthoritative On
AuthFormFakeBasicAuth On
AuthFormDisableNoStore Off
Require valid-user
Require user a b
Require user
Require group staff
Require all granted
Require all denied
Require all perhaps
Require all
Require foo
Require not user a
Require env allowed
Require ip 10.0.0.0/8 192.168
Require ip 10.0.0.0/255.0.0.0
Require ip 300.1.1.1
Require ip
Require ip ::1 2001:db8::/32
Require local
Require method GET POST
Require expr %{REQUEST_METHOD} == 'GET'
Require expr "%{REQUEST_METHOD} == 'GET'"
Require expr "bogus"
Require
AuthMerging And
AuthMerging Perhaps
AuthzSendForbiddenOnFailure On
ProxyPass /app http://127.0.0.1:3000/
ProxyPass http://127.0.0.1:3000/
ProxyPass /app !
ProxyPass /app http://127.0.0.1:3000/ timeout=5
ProxyPass /app http://127.0.0.1:3000/ timeout
ProxyPass /app
ProxyPass
ProxyPassMatch ^/app/(.*) http://127.0.0.1:3000/$1
ProxyPassMatch ( http://127.0.0.1:3000/
ProxyPassReverse /app http://127.0.0.1:3000/
ProxyPassReverse http://127.0.0.1:3000/
ProxyPassReverse
ProxyPreserveHost On
ProxyPreserveHost maybe
ProxyTimeout 30
ProxyTimeout 0
ProxyRequests Off
Header set X-A 1
Header always set X-A "1 2"
Header onsuccess unset X-A
Header unset X-A
Header frobnicate X-A 1
Header set X-A
Header
Header append X-A b env=C
Header append X-A b envv=C
Header edit X-A a b
Header edit X-A ( b
Header set X-A 1 "expr=%{REQUEST_METHOD} == 'GET'"
Header set X-A 1 "expr=%{REQUEST_METHOD} == "
RequestHeader set X-A 1
RequestHeader unset X-A
RequestHeader unset X-A early
RequestHeader bogus X-A
Redirect /a /b
Redirect permanent /a http://localhost/b
Redirect 301 /a /b
Redirect gone /a
Redirect gone /a /b
Redirect /a
Redirect 301 /a
Redirect bogus /a /b
Redirect /a b
RedirectMatch ^/a(.*) /b$1
RedirectMatch ( /b
RedirectPermanent /a /b
RedirectTemp /a /b
RedirectTemp /a
ErrorDocument 404 "not here"
ErrorDocument 404 /missing.html
ErrorDocument 404 default
ErrorDocument 404
ErrorDocument 999 /x
ErrorDocument abc /x
ErrorDocument 401 http://localhost/login
ErrorLog logs/other.log
ErrorLog
CustomLog logs/access.log common
CustomLog logs/access.log
CustomLog logs/access.log "%h %u" env=!quiet
LogFormat "%h" short
LogLevel info
LogLevel bogus
LogLevel info session:debug
LogLevel
ServerName www.example.com
ServerName www.example.com:8080
ServerName https://www.example.com:8443
ServerName a b
ServerName www.example.com/x
ServerAlias a.example b.example
ServerAlias
ServerAdmin me@example.com
DocumentRoot htdocs
DocumentRoot
AllowOverride All
AllowOverride None
AllowOverride AuthConfig FileInfo
AllowOverride Bogus
AllowOverrideList Session
AccessFileName .acl
SetHandler form-login-handler
SetHandler
Options Indexes
Timeout 60
Timeout
KeepAlive On
KeepAliveTimeout 5
KeepAliveTimeout 100ms
KeepAliveTimeout abc
MaxKeepAliveRequests 10
LimitRequestLine 4096
LimitRequestFieldSize 4096
LimitRequestFields 50
LimitRequestBody 1000
LimitRequestBody abc
SSLEngine on
SSLEngine maybe
SSLEngine off
DirectoryIndex index.html index.htm
DirectoryIndex disabled
SetEnv NAME value
SetEnv NAME
SetEnv
UnsetEnv NAME
KeptBodySize 100
KeptBodySize x
User www-data
Group www-data
Define X 1
Define X
Define a:b 1
Define
UnDefine X
Listen 127.0.0.1:2
Listen
Listen abc
Listen 0
Listen 99999
Include conf/none.conf
Include conf/none*.conf
IncludeOptional conf/none.conf
IncludeOptional conf/none*.conf
Include
ServerTokens Prod
ServerSignature Off
Error "stop"
Frobnicate on
SessionMaxAg 1
</Nothing>
LoadModule session_module
`
  .split('\n')
  .filter((line) => line !== '')

/** Whole configurations, for what lines cannot show. */
export const sampleBlocks: readonly string[] = [
  '<Location /a>\nSession On\n</Location>\n',
  '<Location /a>\nSession On\n',
  '<Location /a\nSession On\n</Location>\n',
  '<Location>\n</Location>\n',
  '<Location /a> ignored\n</Location>\n',
  '<Location /a /b>\n</Location>\n',
  '<Location ~ "^/a">\n</Location>\n',
  '<Location ~ "(">\n</Location>\n',
  '<LocationMatch "^/(?<x>a)">\n</LocationMatch>\n',
  '<LocationMatch "(">\n</LocationMatch>\n',
  '<LocationMatch>\n</LocationMatch>\n',
  '<Location /a>\n</location>\n',
  '<Location /a>\n</Location >\n',
  '<Location /a>\n</Directory>\n',
  '</Location>\n',
  '<Location /a>\n<Location /b>\n</Location>\n</Location>\n',
  '<Location /a>\n<Directory /b>\n</Directory>\n</Location>\n',
  '<Location /a>\n<Files x>\n</Files>\n</Location>\n',
  '<Directory /a>\n<Files x>\nSession On\n</Files>\n</Directory>\n',
  '<Directory /a>\n<If "true">\nSession On\n</If>\n</Directory>\n',
  '<Directory ~ "^/a">\n</Directory>\n',
  '<DirectoryMatch "^/a">\n</DirectoryMatch>\n',
  '<Files "*.html">\nSession On\n</Files>\n',
  '<FilesMatch "\\.html$">\nSession On\n</FilesMatch>\n',
  '<FilesMatch "(">\n</FilesMatch>\n',
  '<If "%{REQUEST_METHOD} == \'GET\'">\nSession On\n</If>\n<ElseIf "true">\n</ElseIf>\n<Else>\nSession Off\n</Else>\n',
  '<If "%{REQUEST_METHOD} ==">\n</If>\n',
  '<If "%{NOPE} == \'x\'">\n</If>\n',
  "<If \"nope('x') == 'x'\">\n</If>\n",
  '<If "tolower(%{HTTP_HOST}) == \'x\' && (%{SERVER_PORT} -eq 80 || !true)">\n</If>\n',
  '<If "%{REQUEST_URI} =~ m#^/x#i">\n</If>\n',
  "<If \"%{REQUEST_URI} =~ /^x/ and not %{HTTP:X-A} in {'a', 'b'}\">\n</If>\n",
  '<If "%{REMOTE_ADDR} -ipmatch \'10.0.0.0/8\'">\n</If>\n',
  '<If "-n %{QUERY_STRING}">\n</If>\n',
  '<If "-q %{QUERY_STRING}">\n</If>\n',
  '<If "%{QUERY_STRING} -frob \'x\'">\n</If>\n',
  '<If>\n</If>\n',
  '<If "true" more>\n</If>\n',
  '<ElseIf "true">\n</ElseIf>\n',
  '<Else>\n</Else>\n',
  '<IfModule mod_session.c>\nSession On\n</IfModule>\n',
  '<IfModule !mod_session.c>\nFrobnicate\n</IfModule>\n',
  '<IfModule nope>\nFrobnicate\n<Foo>\n</Foo>\n</IfModule>\n',
  '<IfModule nope>\nFrobnicate\n',
  '<IfModule>\n</IfModule>\n',
  '<IfModule session_module>\nFrobnicate\n</IfModule>\n',
  '<IfDefine X>\nFrobnicate\n</IfDefine>\n',
  'Define X\n<IfDefine X>\nFrobnicate\n</IfDefine>\n',
  'Define X\n<IfDefine x>\nFrobnicate\n</IfDefine>\n',
  'Define X\nUnDefine X\n<IfDefine X>\nFrobnicate\n</IfDefine>\n',
  'Define X On\nSession ${X}\n',
  'Define X On\nSession ${x}\n',
  'Define X Sess\n${X}ion On\n',
  'Session ${NOPE}\n',
  'AuthName ${NOPE}\n',
  '<IfFile conf/test.conf>\nFrobnicate\n</IfFile>\n',
  '<IfFile conf/none>\nFrobnicate\n</IfFile>\n',
  '<IfVersion >= 2.4>\nSession On\n</IfVersion>\n',
  '<IfVersion >= 2.4>\nFrobnicate\n</IfVersion>\n',
  '<IfVersion < 2.4>\nFrobnicate\n</IfVersion>\n',
  '<IfVersion 2.4.71>\nSession On\n</IfVersion>\n',
  '<IfVersion ~ ^2\\.4>\nFrobnicate\n</IfVersion>\n',
  '<IfVersion !~ ^2\\.4>\nFrobnicate\n</IfVersion>\n',
  '<IfVersion = /^2\\.4/>\nFrobnicate\n</IfVersion>\n',
  '<IfVersion ? 2>\n</IfVersion>\n',
  '<IfDirective Session>\nFrobnicate\n</IfDirective>\n',
  '<IfSection Location>\nFrobnicate\n</IfSection>\n',
  '<VirtualHost *:80>\nServerName a\nSession On\n</VirtualHost>\n',
  '<VirtualHost>\n</VirtualHost>\n',
  '<VirtualHost *:80>\n<VirtualHost *:81>\n</VirtualHost>\n</VirtualHost>\n',
  '<VirtualHost *:80>\n<Location /a>\nSession On\n</Location>\n</VirtualHost>\n',
  '<VirtualHost _default_:443 [::1]:80>\n</VirtualHost>\n',
  '<VirtualHost *:99999>\n</VirtualHost>\n',
  '<VirtualHost *:80>\nSessionCryptoDriver openssl\n</VirtualHost>\n',
  '<Location /a>\n<RequireAll>\nRequire all granted\nRequire not user a\n</RequireAll>\n</Location>\n',
  '<Location /a>\n<RequireAny>\nRequire not user a\n</RequireAny>\n</Location>\n',
  '<Location /a>\n<RequireAll>\nRequire not user a\n</RequireAll>\n</Location>\n',
  '<Location /a>\n<RequireNone>\nRequire user a\n</RequireNone>\n</Location>\n',
  '<Location /a>\n<RequireAll>\n<RequireAny>\nRequire all granted\n</RequireAny>\n</RequireAll>\n</Location>\n',
  '<RequireAll>\nRequire all granted\n</RequireAll>\n',
  'Session \\\nOn\n',
  'Session \\\n  \\\n  On\n',
  'Session On \\\\\nFrobnicate\n',
  '# a comment \\\nFrobnicate on\n',
  'Session \\ \nOn\n',
  'Session On\r\nSessionMaxAge 10\r\n',
  'Session \\\r\nOn\r\n',
  '\ufeffSession On\n',
  'SessionHeader "X-A\n',
  "SessionHeader 'X-A\n",
  'SessionHeader "X""Y"\n',
  'SessionInclude "a\\"b" \n',
  '   Session    On   \n',
  '\tSession\tOn\n',
  '<Frobnicate>\n</Frobnicate>\n',
  '<Location /a>\nDefine X 1\n</Location>\n',
  '<IfModule mod_session.c>\n<Location /a>\n</IfModule>\n</Location>\n',
]
