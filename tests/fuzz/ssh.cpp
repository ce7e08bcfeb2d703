// What we read of SSH ourselves: known_hosts, a server's first bytes, an agent's answers, key
// files.
#include "tests/fuzz/target.hpp"
#include "transports/ssh/agent_wire.hpp"
#include "transports/ssh/disagreement.hpp"
#include "transports/ssh/hello.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/name_match.hpp"
#include "transports/ssh/private_key.hpp"

using namespace rdpsweep::ssh;

namespace {

using Standing = KeyJudgement::Standing;

void check_known_hosts(std::string_view text) {
    KnownHosts known;
    known.add(text, "f");
    KnownHosts twice;
    twice.add(text, "f");
    twice.add("\n" + std::string(text), "f");
    must(twice.size() == 2 * known.size(), "each line is read by itself");
    must(twice.unreadable() == 2 * known.unreadable(), "and so is each that cannot be");
    const auto lines = known.about("web-01.example", 2222).exact;
    must(judge_key({}, "x").standing == Standing::unknown, "no line says nothing");
    for (const auto* line : lines) {
        must(names_match(line->names, "[web-01.example]:2222"), "a line is about the host");
        must(key_type(line->blob) == line->type, "a key's type is the line's");
        const auto alone = judge_key({&line, 1}, line->blob);
        must(alone.line == line, "a line judges its own key");
        const auto wanted = line->marker == KnownHost::Marker::revoked ? Standing::revoked
                            : line->marker == KnownHost::Marker::cert_authority
                                ? Standing::authority
                                : Standing::trusted;
        must(alone.standing == wanted, "by its marker");
        const auto among = judge_key(lines, line->blob).standing;
        if (wanted == Standing::revoked) must(among == wanted, "what is revoked stays so");
    }
}

void check_hello(std::string_view text) {
    const auto hello = read_hello(text);
    must(hello.before <= banner_lines, "lines before are bounded");
    for (const auto* list :
         {&hello.offer.kex,
          &hello.offer.host_keys,
          &hello.offer.ciphers_in,
          &hello.offer.macs_in,
          &hello.offer.compression_in}) {
        must(list->size() <= 64, "lists are bounded");
        for (const auto& name : *list)
            must(name.size() <= text.size(), "names are the server's");
    }
    if (!hello.offered) must(hello.offer.kex.empty(), "no KEXINIT, no names");
    const auto reason = explain_disagreement(choose_algorithms(debian_13()), hello.offer);
    must(reason.what.size() <= 2000, "a sentence is no list without end");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_known_hosts(text);
    check_hello(text);
    const auto names = text.substr(0, text.find(' '));
    must(!names_match("!web-01.example," + std::string(names), "web-01.example"), "! excludes");
    if (const auto keys = read_agent_keys(text)) {
        for (const auto& key : *keys)
            must(
                !key_type(key.blob).empty() && key.blob.size() <= size, "an agent's key has a type"
            );
    }
    if (const auto signature = read_agent_signature(text))
        must(signature->size() < size, "a signature is a part of the answer");
    read_key_kind(text);
    return 0;
}
