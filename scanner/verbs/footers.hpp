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

} // namespace rdpsweep::footer
