<?php
// Ten milliseconds of work, without a session, and with one that is held meanwhile and counts.
if ($_SERVER['REQUEST_URI'] === '/session') {
    session_start();
    usleep(10000);
    $_SESSION['n']++;
    session_write_close();
    echo $_SESSION['n'];
} else {
    usleep(10000);
    echo 'none';
}
