#!/bin/bash
# curl authenticates against a simulated VM: NTLM inside Negotiate (by the system's GSSAPI), NTLM of
# its own, and Basic, right and wrong. Usage: curl_negotiate.sh PATH-OF-rdpsweep-simfleet
set -euo pipefail

program=$1
folder=$(mktemp -d)
failures=0
user='SIM\sweeper'
export RDPSWEEP_PASSWORD='a pass & word'

coproc fleet {
    exec "$program" --vms 3 --mix healthy --port 0 --state-dir "$folder" --user "$user" \
        --offer-ntlm --exit-when-stdin-closes
}
fleet_id=$fleet_PID
trap 'kill "$fleet_id" 2>/dev/null || true; rm -rf "$folder"' EXIT
read -r word port <&"${fleet[0]}"
[ "$word" = ready ] || { echo "the fleet did not start" >&2; exit 1; }
address=$(sed -n 's/.*"address": *"\([0-9.]*\)".*/\1/p;s/.*"address":"\([0-9.]*\)".*/\1/p' \
    "$folder/truth.json" | head -1)

# gss-ntlmssp takes a client's password from this file too.
printf 'SIM:sweeper:%s\n' "$RDPSWEEP_PASSWORD" >"$folder/right"
printf 'SIM:sweeper:wrong\n' >"$folder/wrong"

status() { # status ACCOUNTS-FILE CURL-ARGUMENT...: the HTTP status of a POST that is no envelope
    NTLM_USER_FILE=$1 curl -s -o "$folder/body" -w '%{http_code}' --max-time 20 \
        --cacert "$folder/ca.pem" -H 'Content-Type: application/soap+xml;charset=UTF-8' \
        --data '<x/>' "${@:2}" "https://$address:$port/wsman" || true
}

check() { # check WHAT SEEN WANTED
    [ "$2" = "$3" ] && return
    echo "$1: $2 instead of $3" >&2
    failures=$((failures + 1))
}

# Let in, the body is judged: 500 with a SOAP fault. Not let in: 401.
check "Negotiate, right password" "$(status "$folder/right" --negotiate -u "$user:")" 500
grep -q 'Code="2150858817"' "$folder/body" || check "the fault" "$(cat "$folder/body")" 2150858817
check "Negotiate, wrong password" "$(status "$folder/wrong" --negotiate -u "$user:")" 401
# curl's own NTLM, not GSSAPI's: messages without Version and MIC.
check "NTLM, right password" "$(status /dev/null --ntlm -u "$user:$RDPSWEEP_PASSWORD")" 500
check "NTLM, wrong password" "$(status /dev/null --ntlm -u "$user:wrong")" 401
check "Basic, right" "$(status /dev/null --basic -u "$user:$RDPSWEEP_PASSWORD")" 500
check "Basic, wrong" "$(status /dev/null --basic -u "$user:wrong")" 401
check "anonymous" "$(status /dev/null)" 401
check "untrusted CA" "$(status /dev/null --cacert /etc/ssl/certs/ca-certificates.crt)" 000
check "chunked" "$(status /dev/null -H 'Transfer-Encoding: chunked')" 500

eval "exec ${fleet[1]}>&-"
wait "$fleet_id" || check "exit status of the fleet" $? 0
grep -q '"ntlm"' "$folder/stats.json" || check "statistics" "no ntlm" ntlm
exit $((failures > 0))
