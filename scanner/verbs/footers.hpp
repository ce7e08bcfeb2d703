// What --help of verbs says below their options, where that is long.
#pragma once

namespace rdpsweep::footer {

inline constexpr auto scan =
    R"(Example:
  export RDPSWEEP_PASSWORD=...
  rdpsweep scan -i fleet.yaml --jobs 128 --report text --report json:run.json
  rdpsweep scan -i defaults.yaml --subscription Production --select 'tag:env=prod'
  rdpsweep scan -i ansible:hosts --select 'group:web & !name:dc*' --pick 20
  rdpsweep scan --rerun last:unreachable,broken
  rdpsweep scan -t 10.1.0.4,sql=10.1.0.9:5986 --user 'CORP\svc' --password-prompt

Exit status:
   0  every target was assessed, and no finding reaches --fail-on
   1  rdpsweep itself failed
   2  usage or configuration error; nothing was attempted
   3  the scope has no targets
  10  every target was assessed, and there are findings
  11  no findings, but more than --max-unassessed targets were not assessed
  12  findings, and more than --max-unassessed targets were not assessed
  70  the totals do not add up to the inventory
 130, 143  interrupted; rdpsweep scan --resume RUN continues)";

inline constexpr auto diff =
    R"(Example:
  rdpsweep diff last:prod-nightly
  rdpsweep diff last --format html -o changes.html
  rdpsweep diff 20261129T2100 20261130T2100 --format json -o changes.json

Alone, last and last:NAME are the newest run that is complete and not about a part of its targets.

Exit status:
   0  the runs were compared, and nothing changed that --fail-on names
   1  a run could not be read, or the answer not be written
   2  usage error, or there is no such run or none before it
  10  --fail-on new or worse: there is such a finding, or such a host
  11  --fail-on unassessable: a host became so
  70  the words do not add up to the hosts: a fault of rdpsweep)";

inline constexpr auto fix_apply =
    R"(Example:
  rdpsweep fix apply tls.json --confirm 37:4f1c
  rdpsweep fix apply tls.json --confirm 37:4f1c --resume --approve-each none

A plan stops, and no further VM is started, when
  a rollback fails; or a VM of the first batch (the canary) goes bad; or
  more than a tenth of a batch goes bad (none of up to 9 VMs may, 1 of 10 to 19 may); or
  3 VMs go bad, or 2 % of those started if that is more; or 3 in a row go bad; or
  3 VMs of a batch, and more than a fifth of it, are no longer as the plan expects; or
  more than a tenth of up to 20 control VMs (not in the plan) no longer answer RDP.
VMs that were started are finished first. Ctrl-C stops a plan in the same way. A second
Ctrl-C ends those VMs at once, and --resume finds out how far each one got.

Exit status: 0 every VM verified or rightly left alone, or paused; 1 what became of
the VMs could not be written to stdout; 2 usage error; 21 stopped by a guard; 22 some VM was undone; 23 a rollback failed, page a human;
130, 143 interrupted)";

inline constexpr auto fix_approve =
    R"(Example:
  openssl genpkey -algorithm ed25519 -out anna.pem
  rdpsweep fix approve tls.json --key anna.pem -o anna.sig
  rdpsweep fix apply tls.json --confirm 37:4f1c --approval anna.sig

The signature is 64 bytes over the bytes of the file. This command makes the same one:
  openssl pkeyutl -sign -rawin -inkey anna.pem -in tls.json -out anna.sig
An approver is a line "NAME KEY"; KEY is the middle line of `openssl pkey -in anna.pem -pubout`.
With lists of approvers, a low-risk plan needs no approval, a medium-risk plan one, a high-risk plan two.)";

} // namespace rdpsweep::footer
