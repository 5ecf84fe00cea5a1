#!/bin/sh
# Runs ./smoke-test through the proxy, as Jenkins or a developer would. BITGO_ACCESS_TOKEN is in the
# environment already; it is in no output and in no file.
set -eu
status=0
why401 exec --ci --env test --junit why401.xml --har why401.har -- ./smoke-test || status=$?
case $status in
0) echo "smoke test passed" ;;
3) echo "smoke test failed because of its calls to BitGo; the reasons are above, and in why401.xml" ;;
*) echo "smoke test failed by itself, with $status" ;;
esac
exit "$status"
