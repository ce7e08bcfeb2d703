// A disk with a Windows: whatever it says, an error of few kinds or a document that every reader of
// facts/1 understands, at a bounded price.
//
// The seed has the sectors of a volume without a partition table, which mkntfs, ntfs-3g and hivex
// made (tests/fuzz/seeds/make_disk.py).
#include "offline/facts_from_disk.hpp"

#include "core/limits.hpp"
#include "probes/collect/decode.hpp"
#include "probes/rule.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/sparse_image.hpp"

#include "offline/block_cache.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

constexpr std::size_t sectors = 8192;
constexpr std::int64_t now = 1'795'402'800;

void check_document(const std::string& text) {
    for (const char c : text)
        must(c >= ' ' && c <= '~', "the document is ASCII");
    if (text.size() > limits::stdout_bytes) return; // is refused by its length
    const auto facts = decode_facts(text, "disk", now);
    must(facts.has_value(), facts ? "" : std::string(facts.error().detail()).c_str());
    must(facts->collector && facts->collector->path == "offline", "it says where it is from");
    must(facts->disk && !facts->disk->hives.empty(), "and how far it can be trusted");
    const auto judged = judge(*facts, {}, now);
    must(judged.findings.size() == all_rules().size(), "every rule has its say");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto image = sparse_image(data, size, sectors);
    MemorySource memory(image);
    BlockCache cache(memory, {.block = 4096, .most_requests = 4000, .most_bytes = 32U << 20U});
    const auto facts = facts_from_disk(cache, {});
    if (facts) {
        check_document(*facts);
        return 0;
    }
    const auto code = facts.error().code();
    must(
        code == Errc::unsupported || code == Errc::blocked_by_policy || code == Errc::not_found ||
            code == Errc::malformed_output || code == Errc::output_limit,
        "an error is one that a reader of disks may give"
    );
    must(facts.error().phase() == Phase::run, "and of the reading");
    return 0;
}
