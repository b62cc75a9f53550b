<?php
// So many cycles of a session that changes, of one visitor, in one process. Prints the microseconds of one on the clock on the
// wall. Arguments: id, cycles.
[, $id, $cycles] = $argv;
$start = hrtime(true);
for ($done = 0; $done < $cycles; $done++) {
    session_id($id);
    session_start();
    $_SESSION['n']++;
    session_write_close();
}
echo (hrtime(true) - $start) / 1000 / $cycles;
