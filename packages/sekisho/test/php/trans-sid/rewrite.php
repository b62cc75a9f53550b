<?php
// Rewrites pages as PHP's own rewriter does. Each line of the input is {"page": base64, "variables": [[name, value]], "tags",
// "hosts", "separator", "host"}; each line of the output is the page, in base64.
$result = '';
ob_start(function (string $part) use (&$result): string {
    $result .= $part;
    return '';
}, 1);
// The rewriter is put on top of it for good: a second one would not start in this request.
ini_set('url_rewriter.tags', 'a=href');
output_add_rewrite_var('a', 'b');
while (($line = fgets(STDIN)) !== false) {
    $case = json_decode($line, true);
    ini_set('url_rewriter.tags', $case['tags']);
    // PHP 8.2 asks the one list for links and the other one for forms, whatever is rewritten.
    ini_set('url_rewriter.hosts', $case['hosts']);
    ini_set('session.trans_sid_hosts', $case['hosts']);
    ini_set('arg_separator.output', $case['separator']);
    $_SERVER['HTTP_HOST'] = $case['host'];
    output_reset_rewrite_vars();
    foreach ($case['variables'] as [$name, $value]) {
        output_add_rewrite_var($name, $value);
    }
    fwrite(STDOUT, base64_encode(rewritten(base64_decode($case['page']))) . "\n");
    // The rewriter keeps what it was in the middle of: this ends it.
    rewritten(str_repeat('>', 9));
}

function rewritten(string $page): string
{
    global $result;
    $result = '';
    echo $page;
    ob_flush();
    return $result;
}
