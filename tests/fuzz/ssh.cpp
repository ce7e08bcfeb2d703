// What we read of SSH ourselves: known_hosts, a server's first bytes, an agent's answers, key
// files.
#include "tests/fuzz/target.hpp"
#include "transports/ssh/agent_wire.hpp"
#include "transports/ssh/hello.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/private_key.hpp"

using namespace rdpsweep::ssh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    KnownHosts known;
    known.add(text, "f");
    for (const auto* line : known.about("web-01.example", 2222))
        judge_key({&line, 1}, line->blob);
    names_match(text.substr(0, text.find(' ')), "web-01.example");
    explain_disagreement(read_hello(text).offer);
    read_agent_keys(text);
    read_agent_signature(text);
    read_key_kind(text);
    return 0;
}
