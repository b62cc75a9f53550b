<?php
// The gatehouse in PHP: gatehouse.py says what it is about. PHP has the header Session as HTTP_SESSION.

const HERE = __DIR__;

/** The id of the session; null unless the gateway has signed it within the last five minutes. */
function signed_id(string $header): ?string
{
    if (!preg_match('/^([\w-]{22,80})\.(\d{1,12})\.([\w-]{43})$/D', $header, $part)) return null;
    $digest = hash_hmac('sha256', "$part[1].$part[2]", hex2bin(getenv('SESSION_KEY')), true);
    $mine = rtrim(strtr(base64_encode($digest), '+/', '-_'), '=');
    $age = time() - (int) $part[2];
    return hash_equals($mine, $part[3]) && $age >= -30 && $age <= 300 ? $part[1] : null;
}

/** `cart=…&language=ja`; parse_str would take dots and blanks in keys for something else. */
function entries(string $text): array
{
    $entries = [];
    foreach (array_filter(explode('&', $text)) as $pair) {
        [$key, $value] = [...explode('=', $pair, 2), ''];
        $entries[urldecode($key)] = urldecode($value);
    }
    return $entries;
}

$words = json_decode(file_get_contents(HERE . '/words.json'), true);
$session = entries($_SERVER['HTTP_SESSION'] ?? '');
$cart = json_decode($session['cart'] ?? '{}', true);
$id = signed_id($_SERVER['HTTP_X_SIGNED_SESSION'] ?? '');
$isPost = $_SERVER['REQUEST_METHOD'] === 'POST';
$isOwn = ($_SERVER['HTTP_SEC_FETCH_SITE'] ?? 'same-origin') === 'same-origin';

if ($id === null || ($isPost && !$isOwn)) {
    http_response_code(403);
} elseif ($isPost) {
    $changes = [];
    if (isset($words[$_POST['language'] ?? ''])) $changes['language'] = $_POST['language'];
    if (($_POST['add'] ?? '') === 'pass') {
        $changes['cart'] = json_encode([...$cart, 'pass' => min(($cart['pass'] ?? 0) + 1, 20)]);
    }
    header('X-Signed-Session: ' . http_build_query($changes));
    header('Location: /gatehouse/', true, 303);
} elseif ($_SERVER['REQUEST_URI'] !== '/gatehouse/') {
    http_response_code(404);
} else {
    $wish = str_starts_with($_SERVER['HTTP_ACCEPT_LANGUAGE'] ?? '', 'ja') ? 'ja' : 'en';
    $lang = $session['language'] ?? $wish;
    $lang = isset($words[$lang]) ? $lang : 'en';
    $values = [
        ...$words[$lang],
        'lead' => str_replace('{language}', 'PHP ' . PHP_VERSION, $words[$lang]['lead']),
        'lang' => $lang,
        'is_ja' => $lang === 'ja' ? 'true' : 'false',
        'is_en' => $lang === 'en' ? 'true' : 'false',
        'user' => $_SERVER['HTTP_X_REMOTE_USER'] ?? '',
        'count' => array_sum($cart),
        'id' => $id,
    ];
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    $fill = fn(array $gap): string => htmlspecialchars((string) $values[$gap[1]]);
    echo preg_replace_callback('/\{(\w+)\}/', $fill, file_get_contents(HERE . '/page.html'));
}
