// Follows the hash chain of an audit file and names the records that break it.
#include "scanner/verbs/audit.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/system/read_line.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>

namespace rdpsweep {

namespace {

constexpr std::size_t longest = std::size_t{1} << 20;

// Returns what the record says of the one before it; nothing when the line is no record.
std::optional<std::string> named_before(const std::string& line) {
    const auto record = parse_json(line, Phase::config);
    if (!record || !record->is_object()) return {};
    const auto before = record->find("prev_sha256");
    if (before == record->end() || !before->is_string()) return std::string("none");
    return before->get<std::string>();
}

} // namespace

Result<AuditChain> follow_chain(std::istream& in) {
    AuditChain chain;
    std::string before;
    std::size_t number = 0;
    std::string line;
    for (auto end = read_line(in, line, longest); end != LineEnd::none;
         end = read_line(in, line, longest)) {
        ++number;
        if (end == LineEnd::too_long)
            return Error(
                Phase::config,
                Errc::malformed_output,
                "line " + printable(number) + " is too long for a record"
            );
        const auto named = named_before(line);
        if (named) {
            ++chain.records;
            if (*named != before) chain.breaks.push_back(number);
        } else {
            ++chain.torn;
        }
        before = sha256_hex(line);
    }
    chain.last_sha256 = before;
    return chain;
}

cli::Options audit_options(AuditOptions& asked, const CliNames&) {
    return {
        {"FILE",
         "FILE",
         "the file that --audit-file named",
         cli::word(asked.file),
         cli::group::word}};
}

int run_audit(const AuditOptions& options) {
    std::ifstream file(options.file, std::ios::binary);
    if (!file)
        return complain(
            Error(
                Phase::config,
                Errc::local_limit,
                "cannot read " + options.file + ": " + std::strerror(errno)
            ),
            exit_usage
        );
    const auto chain = follow_chain(file);
    if (!chain) return complain(chain.error(), exit_failed);
    auto text =
        printable(chain->records) + " records, last " + printable(chain->last_sha256) + "\n";
    if (chain->torn > 0)
        text += printable(chain->torn) + " lines are cut off: a crash, or somebody's hand\n";
    for (const auto number : chain->breaks)
        text += "line " + printable(number) + " does not follow from the line before it\n";
    if (!write_out(text)) return exit_failed;
    return chain->breaks.empty() ? exit_ok : exit_failed;
}

} // namespace rdpsweep
