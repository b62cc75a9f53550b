<?php
// The page that `site.ts` has too: what it does is named by `do`, and what it says is JSON, but for the page with links.
$say = function (array $more = []) {
    header('Content-Type: application/json');
    echo json_encode(['id' => session_id(), 'status' => session_status(), 'sid' => defined('SID') ? @constant('SID') : null] + $more);
};
switch ($_GET['do'] ?? 'count') {
    case 'nothing':
        $say();
        break;
    case 'start':
        $say(['started' => session_start()]);
        break;
    case 'count':
        session_start();
        $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
        $say(['n' => $_SESSION['n']]);
        break;
    case 'read':
        session_start();
        $say(['vars' => (object) $_SESSION]);
        break;
    case 'throw':
        session_start();
        $_SESSION['before'] = 'kept';
        throw new Exception('the page fails');
    case 'again':
        $started = session_start();
        $say(['started' => $started, 'again' => @session_start()]);
        break;
    case 'destroy':
        session_start();
        $destroyed = session_destroy();
        $say(['destroyed' => $destroyed, 'vars' => (object) $_SESSION]);
        break;
    case 'destroy-start':
        session_start();
        session_destroy();
        session_start();
        $say(['vars' => (object) $_SESSION]);
        break;
    case 'recipe':
        session_start();
        $_SESSION = [];
        if (isset($_COOKIE[session_name()])) {
            setcookie(session_name(), '', time() - 42000, '/');
        }
        $say(['destroyed' => session_destroy()]);
        break;
    case 'regenerate':
        session_start();
        $old = session_id();
        $done = session_regenerate_id(isset($_GET['delete']));
        $say(['old' => $old, 'done' => $done]);
        break;
    case 'links':
        session_start();
        header('Content-Type: text/html; charset=UTF-8');
        echo '<a href="next.html">on</a><a href="http://elsewhere.test/">away</a><form action="form.html"><p></form>';
        break;
}
