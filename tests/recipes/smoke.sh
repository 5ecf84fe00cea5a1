#!/bin/sh
# Runs ./smoke-test through the proxy, as Jenkins or a developer would. BITGO_ACCESS_TOKEN is in the
# environment already; it is in no output and in no file. why401 writes its report whenever the test ended
# with a code below 125: where there is none, it is not the test that failed.
set -eu
status=0
rm -f why401.xml
why401 exec --ci --env test --junit why401.xml --har why401.har -- ./smoke-test || status=$?
case $status in
0) echo "smoke test passed" ;;
3) echo "smoke test failed because of its calls to BitGo; the reasons are above, and in why401.xml" ;;
*)
    if [ -e why401.xml ] || [ "$status" -gt 127 ]; then
        echo "smoke test failed by itself, with $status"
    else
        echo "smoke test was not run, or not judged: why401 says above why (exit code $status)"
    fi
    ;;
esac
exit "$status"
