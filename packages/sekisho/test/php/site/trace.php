<?php
// Runs the steps that a request names, over a handler that writes down its calls, and answers with all that was seen. `H` and the
// steps are those of `tracing-handler.ts` and `steps.ts`.
class H implements SessionHandlerInterface, SessionIdInterface, SessionUpdateTimestampHandlerInterface
{
    public array $seen = [];
    private int $made = 0;
    public function __construct(private array $records, private array $failing) {}
    private function called(string $verb, string $text): bool
    {
        $this->seen[] = $text;
        return !in_array($verb, $this->failing);
    }
    public function open(string $path, string $name): bool { return $this->called('open', 'open'); }
    public function close(): bool { return $this->called('close', 'close'); }
    public function read(string $id): string|false { return $this->called('read', "read($id)") ? $this->records[$id] ?? '' : false; }
    public function write(string $id, string $data): bool
    {
        if (!$this->called('write', "write($id,$data)")) return false;
        $this->records[$id] = $data;
        return true;
    }
    public function destroy(string $id): bool
    {
        if (!$this->called('destroy', "destroy($id)")) return false;
        unset($this->records[$id]);
        return true;
    }
    public function gc(int $lifetime): int|false { return $this->called('gc', "gc($lifetime)") ? 3 : false; }
    public function create_sid(): string
    {
        $this->called('create_sid', 'create_sid');
        return 'new' . ++$this->made;
    }
    public function validateId(string $id): bool { return $this->called('validateId', "validateId($id)") && isset($this->records[$id]); }
    public function updateTimestamp(string $id, string $data): bool { return $this->called('updateTimestamp', "updateTimestamp($id)"); }
}

['records' => $records, 'failing' => $failing, 'steps' => $steps] = json_decode(file_get_contents('php://input'), true);
$h = new H($records, $failing);
set_error_handler(function (int $level, string $message) use ($h): bool {
    if ($level !== E_DEPRECATED) $h->seen[] = '!' . preg_replace('/^\w+\(\): /', '', $message);
    return true;
});
session_set_save_handler($h, false);
ob_start();
$do = [
    'start' => fn () => session_start(),
    'start strict' => fn () => session_start(['use_strict_mode' => 1]),
    'start eager' => fn () => session_start(['lazy_write' => 0]),
    'start sweeping' => fn () => session_start(['gc_probability' => 1, 'gc_divisor' => 1]),
    'read' => fn () => session_start(['read_and_close' => 1]),
    'change' => function () { $_SESSION['b'] = ($_SESSION['b'] ?? 0) + 1; },
    'empty' => function () { $_SESSION = []; },
    'close' => fn () => session_write_close(),
    'abort' => fn () => session_abort(),
    'reset' => fn () => session_reset(),
    'destroy' => fn () => session_destroy(),
    'unset' => fn () => session_unset(),
    'regenerate' => fn () => session_regenerate_id(false),
    'regenerate, delete' => fn () => session_regenerate_id(true),
    'create id' => fn () => strlen(session_create_id('p-')) > 2,
    'gc' => fn () => session_gc(),
    'encode' => fn () => session_encode(),
    'decode' => fn () => session_decode('c|i:7;'),
    'decode garbage' => fn () => session_decode('garbage'),
    'id' => fn () => session_id(),
    'set id' => fn () => session_id('other'),
    'name' => fn () => session_name('other'),
    'status' => fn () => session_status(),
    'vars' => fn () => (object) ($_SESSION ?? []),
];
foreach ($steps as $step) {
    try {
        $h->seen[] = [$step, $do[$step]()];
    } catch (Error $error) {
        $h->seen[] = [$step, 'throws'];
    }
}
session_write_close();
$cookies = array_values(array_filter(headers_list(), fn ($line) => str_starts_with($line, 'Set-Cookie')));
ob_end_clean();
echo json_encode(['seen' => $h->seen, 'cookies' => $cookies]);
