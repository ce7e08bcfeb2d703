// run.json: what is kept of a run besides its hosts.
#pragma once

#include "core/outcome.hpp"
#include "core/outcome_json.hpp"
#include "core/result.hpp"
#include "scanner/store/state_folder.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep {

inline constexpr std::string_view run_schema = "rdpsweep.run/1";

// For run.json: a command line may be 2 MiB long (execve), is six times as long when it is escaped,
// and its options are there as well. What is larger is not written.
inline constexpr JsonLimits run_limits{.bytes = 64u << 20};

// By what a run is found, and compared with another one.
struct RunMarks {
    std::string name;  // --name; empty: none
    std::string scope; // 64 hex digits, equal for runs that mean the same targets; empty: the run
                       // is about a part of them, or its version did not store it
    std::vector<std::string> rules; // ids of the rules that it judged with; empty: not known
};

// What a run is begun with, and stored besides its RunInfo.
struct RunExtras {
    RunExtras(std::string json = {}, RunMarks by = {}) // NOLINT(google-explicit-constructor)
        : options(std::move(json)), marks(std::move(by)) {}

    std::string options; // of the run, a JSON object; empty: none are kept
    RunMarks marks;
};

struct RunDocument {
    RunInfo run;
    RunMarks marks;
    std::string options;          // as in RunExtras
    std::optional<Totals> totals; // empty: the run did not end

    // Tells whether every target of the run came to its end: it was neither killed nor interrupted.
    [[nodiscard]] bool complete() const noexcept;
};

// Returns the error of reading a part of a stored run: where it is not there, as one that says so.
Error part_error(const Error& error, const std::string& path);

// Returns run.json of it. Error{config, local_limit} where it could not be read again.
Result<std::string> to_json_text(const RunDocument& document, const Say& say);

// Reads run.json of a run's folder, of this version or an earlier one. Error{config, ...}:
// not_found, access_denied (state_folder.hpp), malformed_output, or unsupported where another
// version stored it in another way.
Result<RunDocument> read_run_document(const StateFolder& folder);

} // namespace rdpsweep
