<?php
// Asks for a URL with one of PHP's clients and prints the answer's status and body.
[, $client, $url] = $argv;
if ($client === 'curl') {
    $curl = curl_init($url);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $body = curl_exec($curl);
    echo curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\n", $body === false ? curl_error($curl) : $body, "\n";
} else {
    // Without ignore_errors PHP throws the body of a 401 away.
    $options = ['http' => ['ignore_errors' => true]];
    $context = $client === 'streams' ? stream_context_get_default($options) : stream_context_create($options);
    $body = file_get_contents($url, false, $context);
    echo $http_response_header[0] ?? '', "\n", $body, "\n";
}
