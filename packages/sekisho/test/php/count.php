<?php
// Counts in a session of PHP's own, as pages do: php count.php <id> <times>. With a third argument, <ms>, each time is a page
// that works so long. It says `ready` before the first start, and `started` after it, for those who want to be killed in the midst of it.
[, $id, $times, $work] = $argv + [3 => 0];
fwrite(STDOUT, "ready\n");
for ($done = 0; $done < $times; $done++) {
    session_id($id);
    if (!session_start()) {
        fwrite(STDERR, "session_start failed\n");
        exit(1);
    }
    if ($done === 0) {
        fwrite(STDOUT, "started\n");
    }
    $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
    if ($work > 0) {
        usleep((int) ($work * 1000));
    }
    if (!session_write_close()) {
        fwrite(STDERR, "session_write_close failed\n");
        exit(1);
    }
}
