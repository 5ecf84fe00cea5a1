<?php
// Read by every PHP of `why401 exec` before the program (auto_prepend_file): PHP's own streams know no
// variable that names a proxy, so the default context does. It also reads the file that the machine's own
// configuration had prepended, whose place in it was taken.
(static function (): void {
    $proxy = parse_url((string) getenv('WHY401_PROXY'));
    if (!isset($proxy['host'], $proxy['port'])) {
        return;
    }
    $bundle = ini_get('openssl.cafile');
    stream_context_set_default([
        'http' => ['proxy' => "tcp://{$proxy['host']}:{$proxy['port']}", 'request_fulluri' => true],
        'ssl' => $bundle ? ['cafile' => $bundle] : [],
    ]);
})();
foreach ((static function (): array {
    $files = array_map('trim', explode(',', (string) php_ini_loaded_file() . ',' . (string) php_ini_scanned_files()));
    $last = '';
    foreach (array_filter($files, 'is_readable') as $file) {
        $settings = parse_ini_file($file, false, INI_SCANNER_RAW) ?: [];
        $last = ($file !== __DIR__ . '/why401.ini' && isset($settings['auto_prepend_file']))
            ? trim($settings['auto_prepend_file'], " \t\"'") : $last;
    }
    return $last === '' || $last === 'none' || $last === __FILE__ ? [] : [$last];
})() as $why401_file) {
    require $why401_file;
}
unset($why401_file);
