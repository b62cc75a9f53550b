/** Directives of modules that the gateway has, which it does not carry out. Names by module. */
export const foreignOfOwnModules: Readonly<Record<string, string>> = {
  'core.c':
    'AddDefaultCharset AcceptPathInfo DefaultType ReadBufferSize FlushMaxThreshold FlushMaxPipelined Protocol ' +
    'AcceptFilter Port ServerPath ContentDigest UseCanonicalPhysicalPort NameVirtualHost LimitXMLRequestBody ' +
    'MaxRanges MaxRangeOverlaps MaxRangeReversals RLimitCPU RLimitMEM RLimitNPROC RegexDefaultOptions ' +
    'LimitInternalRecursion CGIPassAuth CGIVar QualifyRedirectURL StrictHostCheck ForceType SetOutputFilter ' +
    'SetInputFilter AllowEncodedSlashes ScoreBoardFile ExtendedStatus SeeRequestTail MaxRequestsPerChild ' +
    'CoreDumpDirectory MaxMemFree ThreadStackSize MergeTrailers Protocols ProtocolsHonorOrder HttpProtocolOptions ' +
    'RegisterHttpMethod MergeSlashes',
  'event.c':
    'ListenBacklog ListenCoresBucketsRatio SendBufferSize ReceiveBufferSize ListenTCPDeferAccept ServerLimit ' +
    'MaxClients AsyncRequestWorkerFactor GracefulShutdownTimeout',
  'mod_alias.c': 'Alias ScriptAlias AliasMatch ScriptAliasMatch RedirectRelative AliasPreservePath',
  'mod_dir.c': 'FallbackResource DirectorySlash DirectoryCheckHandler DirectoryIndexRedirect',
  'mod_env.c': 'PassEnv',
  'mod_log_config.c': 'GlobalLog TransferLog BufferedLogs',
  'mod_logio.c': 'LogIOTrackTTFB',
  'mod_proxy.c':
    'ProxyRemote ProxyRemoteMatch ProxyPassInterpolateEnv ProxyPassReverseCookiePath ProxyPassReverseCookieDomain ' +
    'ProxyBlock ProxyReceiveBufferSize ProxyIOBufferSize ProxyMaxForwards NoProxy ProxyDomain ProxyVia ' +
    'ProxyErrorOverride ProxyBadHeader BalancerMember BalancerGrowth BalancerPersist BalancerInherit ' +
    'ProxyPassInherit ProxyStatus ProxySet ProxySourceAddress ProxyAddHeaders Proxy100Continue',
  'mod_remoteip.c':
    'RemoteIPTrustedProxyList RemoteIPInternalProxyList RemoteIPProxyProtocol RemoteIPProxyProtocolExceptions',
  'mod_so.c': 'LoadFile',
  'mod_ssl.c':
    'SSLPassPhraseDialog SSLSessionCache SSLCryptoDevice SSLRandomSeed SSLVHostSNIPolicy SSLFIPS SSLCipherSuite ' +
    'SSLCertificateChainFile SSLSessionTicketKeyFile SSLCACertificatePath SSLCACertificateFile SSLCADNRequestPath ' +
    'SSLCADNRequestFile SSLCARevocationPath SSLCARevocationFile SSLCARevocationCheck SSLVerifyClient ' +
    'SSLVerifyDepth SSLSessionCacheTimeout SSLProtocol SSLHonorCipherOrder SSLCompression SSLSessionTickets ' +
    'SSLInsecureRenegotiation SSLUserName SSLStrictSNIVHostCheck SSLSRPVerifierFile SSLSRPUnknownUserSeed ' +
    'SSLProxyEngine SSLProxyProtocol SSLProxyCipherSuite SSLProxyVerify SSLProxyVerifyDepth ' +
    'SSLProxyCACertificateFile SSLProxyCACertificatePath SSLProxyCARevocationPath SSLProxyCARevocationFile ' +
    'SSLProxyCARevocationCheck SSLProxyMachineCertificateFile SSLProxyMachineCertificatePath ' +
    'SSLProxyMachineCertificateChainFile SSLProxyCheckPeerExpire SSLProxyCheckPeerCN SSLProxyCheckPeerName ' +
    'SSLOptions SSLRequireSSL SSLRequire SSLRenegBufferSize SSLOCSPEnable SSLOCSPDefaultResponder ' +
    'SSLOCSPOverrideResponder SSLOCSPResponseTimeSkew SSLOCSPResponseMaxAge SSLOCSPResponderTimeout ' +
    'SSLOCSPUseRequestNonce SSLOCSPProxyURL SSLOCSPNoVerify SSLOCSPResponderCertificateFile SSLStaplingCache ' +
    'SSLUseStapling SSLStaplingResponseTimeSkew SSLStaplingResponderTimeout SSLStaplingResponseMaxAge ' +
    'SSLStaplingStandardCacheTimeout SSLStaplingReturnResponderErrors SSLStaplingFakeTryLater ' +
    'SSLStaplingErrorCacheTimeout SSLStaplingForceURL SSLOpenSSLConfCmd SSLLog SSLLogLevel',
  'mod_unixd.c': 'ChrootDir Suexec',
  'mod_watchdog.c': 'WatchdogInterval',
}
