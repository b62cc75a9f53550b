<?php
// Decodes sessions with PHP's own serializers. Each line of the input is {"format", "octets": base64, "precision"}; each line of
// the output is {"isDecoded", "octets": what PHP makes of the decoded session, in base64, or false}.
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('session.use_strict_mode', '0');
error_reporting(0);

// Compiled here, after the line above: PHP would print that such a class is deprecated.
eval('class SerializesItself implements Serializable {
    private $value;
    public function serialize() { return serialize($this->value); }
    public function unserialize($octets) { $this->value = unserialize($octets); }
}');

session_set_save_handler(new class implements SessionHandlerInterface {
    public function open(string $path, string $name): bool { return true; }
    public function close(): bool { return true; }
    public function read(string $id): string { return ''; }
    public function write(string $id, string $data): bool { return true; }
    public function destroy(string $id): bool { return true; }
    public function gc(int $lifetime): int { return 0; }
}, false);

while (($line = fgets(STDIN)) !== false) {
    fwrite(STDOUT, json_encode(answer(json_decode($line, true))) . "\n");
}

function answer(array $case): array
{
    ini_set('session.serialize_handler', $case['format']);
    ini_set('serialize_precision', (string) ($case['precision'] ?? -1));
    session_id('x');
    session_start();
    $_SESSION = [];
    $isDecoded = false;
    $octets = false;
    try {
        $isDecoded = session_decode(base64_decode($case['octets']));
        $octets = $isDecoded ? session_encode() : false;
    } catch (Throwable) {
        $isDecoded = false;
    }
    if (session_status() === PHP_SESSION_ACTIVE) {
        $_SESSION = [];
        session_abort();
    }
    unset($GLOBALS['_SESSION']);
    return ['isDecoded' => $isDecoded, 'octets' => $octets === false ? false : base64_encode($octets)];
}
