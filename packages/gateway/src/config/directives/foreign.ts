/** Directives of modules that the gateway does not have. Names by module. */
export const foreignDirectives: Readonly<Record<string, string>> = {
  'mod_access_compat.c': 'order allow deny Satisfy',
  'mod_actions.c': 'Action Script',
  'mod_allowmethods.c': 'AllowMethods',
  'mod_auth_digest.c':
    'AuthDigestProvider AuthDigestQop AuthDigestNonceLifetime AuthDigestNcCheck AuthDigestAlgorithm ' +
    'AuthDigestDomain AuthDigestShmemSize',
  'mod_authn_anon.c': 'Anonymous Anonymous_MustGiveEmail Anonymous_NoUserId Anonymous_VerifyEmail Anonymous_LogEmail',
  'mod_authn_dbd.c': 'AuthDBDUserPWQuery AuthDBDUserRealmQuery',
  'mod_authn_dbm.c': 'AuthDBMUserFile AuthDBMType',
  'mod_authn_socache.c': 'AuthnCacheSOCache AuthnCacheEnable AuthnCacheProvideFor AuthnCacheTimeout AuthnCacheContext',
  'mod_authnz_fcgi.c': 'AuthnzFcgiDefineProvider AuthnzFcgiCheckAuthnProvider',
  'mod_authnz_ldap.c':
    'AuthLDAPURL AuthLDAPBindDN AuthLDAPBindPassword AuthLDAPBindAuthoritative AuthLDAPRemoteUserIsDN ' +
    'AuthLDAPRemoteUserAttribute AuthLDAPCompareDNOnServer AuthLDAPSubGroupAttribute AuthLDAPSubGroupClass ' +
    'AuthLDAPMaxSubGroupDepth AuthLDAPGroupAttribute AuthLDAPGroupAttributeIsDN AuthLDAPDereferenceAliases ' +
    'AuthLDAPCharsetConfig AuthLDAPAuthorizePrefix AuthLDAPInitialBindAsUser AuthLDAPInitialBindPattern ' +
    'AuthLDAPSearchAsUser AuthLDAPCompareAsUser',
  'mod_authz_dbd.c': 'AuthzDBDLoginToReferer AuthzDBDQuery AuthzDBDRedirectQuery',
  'mod_authz_dbm.c': 'AuthDBMGroupFile AuthzDBMType',
  'mod_autoindex.c':
    'AddIcon AddIconByType AddIconByEncoding AddAlt AddAltByType AddAltByEncoding IndexOptions IndexOrderDefault ' +
    'IndexIgnore IndexIgnoreReset AddDescription HeaderName ReadmeName FancyIndexing DefaultIcon IndexStyleSheet ' +
    'IndexHeadInsert',
  'mod_brotli.c':
    'BrotliFilterNote BrotliCompressionQuality BrotliCompressionWindow BrotliCompressionMaxInputBlock ' +
    'BrotliAlterETag',
  'mod_buffer.c': 'BufferSize',
  'mod_cache.c':
    'CacheEnable CacheDisable CacheMaxExpire CacheMinExpire CacheDefaultExpire CacheQuickHandler ' +
    'CacheIgnoreNoLastMod CacheIgnoreCacheControl CacheStoreExpired CacheStorePrivate CacheStoreNoStore ' +
    'CacheIgnoreHeaders CacheIgnoreQueryString CacheIgnoreURLSessionIdentifiers CacheLastModifiedFactor CacheLock ' +
    'CacheLockPath CacheLockMaxAge CacheHeader CacheDetailHeader CacheKeyBaseURL CacheStaleOnError',
  'mod_cache_disk.c':
    'CacheRoot CacheDirLevels CacheDirLength CacheMinFileSize CacheMaxFileSize CacheReadSize CacheReadTime',
  'mod_cache_socache.c':
    'CacheSocache CacheSocacheMaxTime CacheSocacheMinTime CacheSocacheMaxSize CacheSocacheReadSize ' +
    'CacheSocacheReadTime',
  'mod_cern_meta.c': 'MetaFiles MetaDir MetaSuffix',
  'mod_cgi.c': 'ScriptLog ScriptLogLength ScriptLogBuffer CGIScriptTimeout',
  'mod_charset_lite.c': 'CharsetSourceEnc CharsetDefault CharsetOptions',
  'mod_dav.c': 'DAV DAVBasePath DAVMinTimeout DAVDepthInfinity DAVLockDiscovery',
  'mod_dav_fs.c': 'DAVLockDB',
  'mod_dav_lock.c': 'DAVGenericLockDB',
  'mod_deflate.c':
    'DeflateFilterNote DeflateWindowSize DeflateBufferSize DeflateMemLevel DeflateCompressionLevel ' +
    'DeflateInflateLimitRequestBody DeflateInflateRatioLimit DeflateInflateRatioBurst DeflateAlterEtag',
  'mod_dumpio.c': 'DumpIOInput DumpIOOutput',
  'mod_expires.c': 'ExpiresActive ExpiresByType ExpiresDefault',
  'mod_ext_filter.c': 'ExtFilterOptions ExtFilterDefine',
  'mod_file_cache.c': 'cachefile mmapfile',
  'mod_filter.c': 'FilterDeclare FilterProvider FilterChain FilterTrace AddOutputFilterByType FilterProtocol',
  'mod_heartbeat.c': 'HeartbeatAddress',
  'mod_heartmonitor.c': 'HeartbeatListen HeartbeatStorage HeartbeatMaxServers',
  'mod_http2.c':
    'H2MaxSessionStreams H2WindowSize H2MinWorkers H2MaxWorkers H2MaxWorkerIdleSeconds H2StreamMaxMemSize ' +
    'H2SerializeHeaders H2ModernTLSOnly H2Upgrade H2Direct H2SessionExtraFiles H2TLSWarmUpSize H2TLSCoolDownSecs ' +
    'H2Push H2PushPriority H2PushDiarySize H2CopyFiles H2PushResource H2EarlyHints H2Padding H2OutputBuffering ' +
    'H2StreamTimeout H2MaxDataFrameLen H2MaxHeaderBlockLen H2MaxStreamErrors H2EarlyHint H2ProxyRequests ' +
    'H2WebSockets',
  'mod_ident.c': 'IdentityCheck IdentityCheckTimeout',
  'mod_imagemap.c': 'ImapMenu ImapDefault ImapBase',
  'mod_include.c':
    'XBitHack SSIErrorMsg SSITimeFormat SSIStartTag SSIEndTag SSIUndefinedEcho SSILegacyExprParser ' +
    'SSILastModified SSIEtag',
  'mod_info.c': 'AddModuleInfo',
  'mod_lbmethod_heartbeat.c': 'HeartbeatStorage',
  'mod_log_debug.c': 'LogMessage',
  'mod_log_forensic.c': 'ForensicLog',
  'mod_lua.c':
    'LuaRoot LuaPackagePath LuaPackageCPath LuaAuthzProvider LuaHookPreTranslateName LuaHookTranslateName ' +
    'LuaHookFixups LuaHookMapToStorage LuaHookCheckUserID LuaHookTypeChecker LuaHookAccessChecker ' +
    'LuaHookAuthChecker LuaHookInsertFilter LuaHookLog LuaScope LuaInherit LuaCodeCache LuaQuickHandler ' +
    'Lua_____ByteCodeHack LuaMapHandler LuaOutputFilter LuaInputFilter',
  'mod_macro.c': 'Use UndefMacro MacroIgnoreEmptyArgs MacroIgnoreBadNesting',
  'mod_md.c':
    'MDCertificateAuthority MDCertificateAgreement MDCAChallenges MDCertificateProtocol MDContactEmail ' +
    'MDDriveMode MDRenewMode MDomain MDMember MDMembers MDMustStaple MDPortMap MDPrivateKeys MDHttpProxy ' +
    'MDStoreDir MDRenewWindow MDRequireHttps MDNotifyCmd MDBaseServer MDChallengeDns01 MDChallengeDns01Version ' +
    'MDCertificateFile MDCertificateKeyFile MDServerStatus MDCertificateStatus MDWarnWindow MDMessageCmd ' +
    'MDStapling MDStapleOthers MDStaplingKeepResponse MDStaplingRenewWindow MDCertificateCheck MDActivationDelay ' +
    'MDCACertificateFile MDHttpProxyCACertificateFile MDExternalAccountBinding MDRetryDelay MDRetryFailover ' +
    'MDStoreLocks MDMatchNames MDInitialDelay MDCheckInterval MDProfile MDProfileMandatory MDRenewViaARI',
  'mod_mime.c':
    'AddCharset AddEncoding AddHandler AddInputFilter AddLanguage AddOutputFilter AddType DefaultLanguage ' +
    'MultiviewsMatch RemoveCharset RemoveEncoding RemoveHandler RemoveInputFilter RemoveLanguage ' +
    'RemoveOutputFilter RemoveType TypesConfig ModMimeUsePathInfo',
  'mod_mime_magic.c': 'MimeMagicFile',
  'mod_negotiation.c': 'CacheNegotiatedDocs LanguagePriority ForceLanguagePriority',
  'mod_proxy_connect.c': 'AllowCONNECT',
  'mod_proxy_express.c': 'ProxyExpressEnable ProxyExpressDBMFile ProxyExpressDBMType',
  'mod_proxy_fcgi.c': 'ProxyFCGIBackendType ProxyFCGISetEnvIf',
  'mod_proxy_ftp.c': 'ProxyFtpListOnWildcard ProxyFtpEscapeWildcards ProxyFtpDirCharset',
  'mod_proxy_hcheck.c': 'ProxyHCTemplate ProxyHCExpr ProxyHCTPsize',
  'mod_proxy_html.c':
    'ProxyHTMLEvents ProxyHTMLLinks ProxyHTMLURLMap ProxyHTMLDoctype ProxyHTMLFixups ProxyHTMLMeta ' +
    'ProxyHTMLInterp ProxyHTMLExtended ProxyHTMLStripComments ProxyHTMLBufSize ProxyHTMLCharsetOut ' +
    'ProxyHTMLEnable',
  'mod_proxy_scgi.c': 'ProxySCGISendfile ProxySCGIInternalRedirect',
  'mod_proxy_wstunnel.c': 'ProxyWebsocketFallbackToProxyHttp',
  'mod_reflector.c': 'ReflectorHeader',
  'mod_reqtimeout.c': 'RequestReadTimeout',
  'mod_rewrite.c': 'RewriteEngine RewriteOptions RewriteBase RewriteCond RewriteRule RewriteMap',
  'mod_sed.c': 'OutputSed InputSed',
  'mod_socache_memcache.c': 'MemcacheConnTTL',
  'mod_socache_redis.c': 'RedisConnPoolTTL RedisTimeout',
  'mod_speling.c': 'CheckSpelling CheckCaseOnly CheckBasenameMatch',
  'mod_substitute.c': 'Substitute SubstituteMaxLineLength SubstituteInheritBefore',
  'mod_userdir.c': 'UserDir',
  'mod_usertrack.c':
    'CookieExpires CookieDomain CookieStyle CookieTracking CookieName CookieSameSite CookieSecure CookieHttpOnly',
  'mod_vhost_alias.c': 'VirtualScriptAlias VirtualDocumentRoot VirtualScriptAliasIP VirtualDocumentRootIP',
  'mod_xml2enc.c': 'xml2EncDefault xml2EncAlias xml2StartParse',
  'util_ldap.c':
    'LDAPSharedCacheSize LDAPSharedCacheFile LDAPCacheEntries LDAPCacheTTL LDAPOpCacheEntries LDAPOpCacheTTL ' +
    'LDAPTrustedGlobalCert LDAPTrustedClientCert LDAPTrustedMode LDAPVerifyServerCert LDAPConnectionTimeout ' +
    'LDAPReferrals LDAPReferralHopLimit LDAPLibraryDebug LDAPTimeout LDAPConnectionPoolTTL LDAPRetries ' +
    'LDAPRetryDelay',
}
