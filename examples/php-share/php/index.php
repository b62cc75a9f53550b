<?php
// The half of the site that is written in PHP: the cart, and a login. It knows nothing of the other half. Where sessions are and
// what their cookie is like are directives of PHP, in php-fpm.conf; they could as well be in php.ini.
declare(strict_types=1);

$catalogue = json_decode(file_get_contents(getenv('CATALOGUE')), true);
$users = json_decode(file_get_contents(getenv('USERS')), true);

session_start();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!comes_from_here()) {
        http_response_code(403);
        exit('This form was not sent from a page of this site.');
    }
    match ($path) {
        '/php/login' => login($users),
        '/php/logout' => logout(),
        '/php/take' => take((string) ($_POST['sku'] ?? '')),
        default => null,
    };
    header('Location: /php/' . (http_response_code() === 401 ? '?refused' : ''), true, 303);
    exit;
}
if ($path !== '/php/') {
    http_response_code(404);
}
echo page($catalogue, isset($_GET['refused']));

/** Whether a form was sent from a page of this site: what browsers say of themselves, as csrfGuard does on the other side. */
function comes_from_here(): bool
{
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? null;
    if ($site !== null) {
        return $site === 'same-origin';
    }
    return preg_replace('~^https?://~', '', $_SERVER['HTTP_ORIGIN'] ?? '') === $_SERVER['HTTP_HOST'];
}

function login(array $users): void
{
    $name = (string) ($_POST['name'] ?? '');
    if (!password_verify((string) ($_POST['password'] ?? ''), $users[$name] ?? '')) {
        http_response_code(401);
        return;
    }
    session_regenerate_id(true);
    $_SESSION['user'] = $name;
}

function logout(): void
{
    $_SESSION = [];
    $cookie = session_get_cookie_params();
    setcookie(session_name(), '', ['expires' => 1, 'path' => $cookie['path'], 'httponly' => true, 'samesite' => 'Lax']);
    session_destroy();
}

function take(string $sku): void
{
    $left = ($_SESSION['cart'][$sku] ?? 0) - 1;
    if ($left > 0) {
        $_SESSION['cart'][$sku] = $left;
    } else {
        unset($_SESSION['cart'][$sku]);
    }
}

function page(array $catalogue, bool $refused): string
{
    $cart = $_SESSION['cart'] ?? [];
    $rows = '';
    $sum = 0;
    foreach ($cart as $sku => $count) {
        ['name' => $name, 'yen' => $yen] = $catalogue[$sku];
        $sum += $yen * $count;
        $rows .= '<li><span>' . text($name) . ' × ' . $count . '</span><span>¥' . number_format($yen * $count) . '</span>'
            . '<form method="post" action="/php/take"><button name="sku" value="' . text($sku) . '">Take one out</button></form></li>';
    }
    $content = $rows === '' ? '<p>The cart is empty.</p>' : '<ul>' . $rows . '</ul><p class="sum">¥' . number_format($sum) . '</p>';
    $user = $_SESSION['user'] ?? null;
    $door = $user === null
        ? ($refused ? '<p class="refused">That name and password are not known here.</p>' : '')
            . '<form method="post" action="/php/login"><input name="name" aria-label="Name" placeholder="Name" required autocomplete="username">'
            . '<input name="password" type="password" aria-label="Password" placeholder="Password" required autocomplete="current-password"><button>Log in through PHP</button></form>'
        : '<form method="post" action="/php/logout"><span>Signed in as ' . text($user) . '</span><button>Log out through PHP</button></form>';
    return '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        . '<title>Cart</title><link rel="stylesheet" href="/style.css">'
        . '<header><nav><a href="/">Shop <small>TypeScript</small></a><a href="/php/" aria-current="page">Cart (' . array_sum($cart) . ') <small>PHP</small></a></nav>'
        . '<div class="door">' . $door . '</div></header><main><h1>Your cart</h1>' . $content . '</main></html>';
}

function text(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE);
}
