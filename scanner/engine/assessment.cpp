// Puts a collector's document and handshakes together, and has them judged.
#include "scanner/engine/assessment.hpp"

#include "core/handshake_json.hpp"
#include "core/json_document.hpp"
#include "core/terminal_text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/reading/disk_notes.hpp"
#include "probes/reading/disk_view.hpp"
#include "scanner/engine/redact_result.hpp"
#include "transports/registry.hpp"

#include <ctime>
#include <utility>

namespace rdpsweep {
namespace {

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

const char* const nothing_read = R"({"schema":"facts/1","unread":[]})";

// Asks whether a document is within what can be read. One that is short enough cannot hold too many
// values: each has a byte of its own and one that ends it.
Status readable_again(const std::string& document) {
    if (document.size() < 2 * JsonLimits{}.nodes) return {};
    const auto read = JsonDocument::read(document, Phase::decode);
    if (!read) return read.error();
    return {};
}

void put(Judgement judgement, HostResult& result) {
    result.findings = std::move(judgement.findings);
    result.verdict = judgement.verdict;
    result.root_cause = judgement.root_cause;
    result.secondary_causes = std::move(judgement.secondary_causes);
    result.fingerprint = std::move(judgement.fingerprint);
    redact_result(result);
}

// Says where what is known comes from, and of a disk when its Windows last ran.
void put_source(const Facts& facts, HostResult& result) {
    result.source = read_from_disk(facts) ? Source::disk : Source::vm;
    if (result.source == Source::vm) return;
    result.disk.last_alive = last_alive(facts).value_or(0);
    result.disk.stopped = facts.disk ? facts.disk->stopped.value_or(0) : 0;
    result.disk.answered = !known_from_disk_alone(facts);
}

Error not_of(bool disk) {
    return Error(
        Phase::decode,
        Errc::malformed_output,
        disk ? "/collector/path: a disk was read, and the facts say that its Windows ran"
             : "/collector/path: Windows runs, and the facts say that its disk was read"
    );
}

} // namespace

// It is kept as it is stored and shown, so that what can be read now can be read again. Whether it
// is of a disk is known here, and not for a host to say: much less is asked of one.
Status Assessment::add_document(std::string json, std::string_view source) {
    escape_for_display(json);
    auto facts = decode_facts(json, source, now_seconds());
    if (!facts) return std::move(facts).error();
    const bool of_disk = traits_of(source).by_disk;
    if (of_disk != read_from_disk(*facts)) return not_of(of_disk);
    read_ = *std::move(facts);
    document_ = std::move(json);
    source_ = source;
    return {};
}

std::optional<std::uint16_t> Assessment::configured_port() const noexcept {
    if (!read_ || !read_->rdp_port) return {};
    return read_->rdp_port->port();
}

std::string_view Assessment::host_name() const noexcept {
    constexpr std::size_t longest = 63; // of a DNS label, which Windows takes for its own name
    if (!read_ || !read_->os || read_->os->host.size() > longest) return {};
    return read_->os->host;
}

bool Assessment::constrained() const noexcept {
    if (!read_ || !read_->collector) return false;
    const auto& mode = read_->collector->language_mode;
    return !mode.empty() && mode != "FullLanguage";
}

void Assessment::add_handshake(HandshakeFacts handshake) {
    handshakes_.push_back(std::move(handshake));
}

std::size_t Assessment::bytes() const noexcept {
    std::size_t bytes = 3 * document_.size();
    for (const auto& handshake : handshakes_)
        bytes += sizeof handshake + handshake.certificate_der.size();
    return bytes;
}

Result<Judgement> Assessment::judge_outside(const Policy& policy, std::int64_t now) const {
    auto facts = decode_facts(nothing_read, outside_source().name, now);
    if (!facts) return std::move(facts).error();
    auto added = add_handshakes(*facts, handshake_list(handshakes_));
    if (!added) return std::move(added).error();
    return judge(outside_rules(), *facts, policy, now);
}

// What is stored is one document with everything, and what is judged is what it holds: they are
// made side by side, and the document is not read again.
Status Assessment::judge_merged(HostResult& result, const Policy& policy, std::int64_t now) {
    const auto ours = handshake_list(handshakes_);
    auto json = with_handshakes(document_, ours);
    if (!json) return std::move(json).error();
    auto bounded = readable_again(*json);
    if (!bounded) return bounded;
    auto added = add_handshakes(*read_, ours);
    if (!added) return added;
    read_->received_at = now;
    result.facts_json = *std::move(json);
    put(judge(*read_, policy, now), result);
    result.source = Source::vm;
    return {};
}

// Puts what was learned elsewhere beside what a disk says. There are few disks, and little else to
// do for them: the document is read again.
Status Assessment::judge_disk(HostResult& result, const Policy& policy, std::int64_t now) const {
    auto json = with_inventory(document_, known_thumbprint_);
    if (json && !handshakes_.empty())
        json = with_handshakes(*std::move(json), handshake_list(handshakes_));
    if (!json) return std::move(json).error();
    const auto facts = decode_facts(*json, source_, now);
    if (!facts) return facts.error();
    result.facts_json = *std::move(json);
    put(judge(*facts, policy, now), result);
    put_source(*facts, result);
    return {};
}

Status Assessment::judge_handshakes(HostResult& result, const Policy& policy) const {
    auto json = with_handshakes("", handshake_list(handshakes_));
    if (!json) return std::move(json).error();
    auto judged = judge_outside(policy, now_seconds());
    if (!judged) return std::move(judged).error();
    result.facts_json = *std::move(json);
    put(*std::move(judged), result);
    result.source = Source::outside;
    return {};
}

Status Assessment::judge_into(HostResult& result, const Policy& policy) {
    if (empty()) return {};
    if (document_.empty()) return judge_handshakes(result, policy);
    const auto now = now_seconds();
    if (from_disk()) return judge_disk(result, policy, now);
    if (!handshakes_.empty()) return judge_merged(result, policy, now);
    result.facts_json = document_;
    put(judge(*read_, policy, now), result);
    result.source = Source::vm;
    return {};
}

bool Assessment::from_disk() const noexcept {
    return read_ && read_from_disk(*read_);
}

std::vector<Message> Assessment::disk_notes() const {
    return read_ ? rdpsweep::disk_notes(*read_) : std::vector<Message>();
}

std::vector<Message> Assessment::remarks(const Policy& policy) const {
    std::vector<Message> remarks;
    if (handshakes_.empty()) return remarks;
    auto judged = judge_outside(policy, now_seconds());
    if (!judged) return remarks;
    for (auto& finding : judged->findings) {
        if (finding.verdict < Verdict::at_risk) continue;
        redact_arguments(finding.summary);
        remarks.push_back(std::move(finding.summary));
    }
    return remarks;
}

} // namespace rdpsweep
