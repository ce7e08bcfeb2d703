// The verb `version`: which sources this program was made of, how, and what it runs with.
#include "core/json.hpp"
#include "scanner/cli/binders.hpp"
#include "scanner/talk/exit_status.hpp"
#include "scanner/talk/talk.hpp"
#include "scanner/verbs/provenance.hpp"
#include "scanner/verbs/verbs.hpp"

#include <libssh2.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

#include <yaml.h>
#include <zlib.h>

namespace rdpsweep {

namespace {

// Returns the version of the library that was loaded; empty where it has no call for that, or where
// its headers are all there is of it.
std::string loaded_version(std::string_view library) {
    if (library == "libssh2") return libssh2_version(0);
    if (library == "libyaml") return yaml_get_version_string();
    if (library == "OpenSSL") return OpenSSL_version(OPENSSL_VERSION_STRING);
    if (library == "zlib") return zlibVersion();
    return {};
}

std::string commit_in_words() {
    if (provenance.commit.empty()) return "not known: the tree was no clone";
    auto words = std::string(provenance.commit) + " of " + std::string(provenance.day);
    if (provenance.changed) words += ", and changes that are in no commit";
    return words;
}

TerminalText as_text() {
    const auto built = std::string(provenance.build) + ", " + std::string(provenance.compiler) +
                       ", " + std::string(provenance.system);
    auto text = printable_lines(
        "rdpsweep " RDPSWEEP_VERSION "\ncommit " + commit_in_words() + "\nbuild  " + built + "\n\n"
    );
    std::vector<std::vector<std::string>> rows{{"library", "built with", "loaded"}};
    for (const auto& [library, version] : provenance.libraries) {
        const auto loaded = loaded_version(library);
        rows.push_back({std::string(library), std::string(version), loaded.empty() ? "-" : loaded});
    }
    return text + table(rows);
}

std::string as_json() {
    auto libraries = nlohmann::json::array();
    for (const auto& [library, version] : provenance.libraries) {
        nlohmann::json row{{"name", library}, {"built_with", version}};
        if (const auto loaded = loaded_version(library); !loaded.empty()) row["loaded"] = loaded;
        libraries.push_back(std::move(row));
    }
    nlohmann::json document{
        {"schema", "rdpsweep.version/1"},
        {"version", RDPSWEEP_VERSION},
        {"build",
         {{"type", provenance.build},
          {"compiler", provenance.compiler},
          {"system", provenance.system}}},
        {"libraries", std::move(libraries)}};
    if (!provenance.commit.empty()) {
        document["commit"] = {
            {"id", provenance.commit}, {"day", provenance.day}, {"changed", provenance.changed}};
    }
    auto text = document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    escape_for_display(text);
    return text + '\n';
}

} // namespace

cli::Options version_options(VersionOptions& asked, const CliNames&) {
    return {{"--json", "", "as JSON", cli::flag(asked.json), cli::group::talk}};
}

int run_version(const VersionOptions& options) {
    const auto text = options.json ? printable_lines(as_json()) : as_text();
    return write_out(text) ? exit_ok : exit_failed;
}

} // namespace rdpsweep
