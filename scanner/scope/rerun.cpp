// Reads --rerun, and keeps the targets that it asks for, by what a stored run says.
#include "scanner/scope/rerun.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace rdpsweep {

namespace {

constexpr std::string_view unassessed = "unassessed";

template <class Enum>
void add_names(std::vector<std::string_view>& names) {
    for (int i = 0;; ++i) {
        const auto name = to_string(static_cast<Enum>(i));
        Enum back{};
        if (!from_string(name, back) || static_cast<int>(back) != i) return;
        names.push_back(name);
    }
}

std::vector<std::string_view> known_words() {
    std::vector<std::string_view> names{unassessed};
    add_names<Outcome>(names);
    add_names<Verdict>(names);
    add_names<Cause>(names);
    return names;
}

bool is_one_of(const HostResult& host, const std::set<std::string>& what) {
    const auto wanted = [&what](std::string_view word) {
        return what.count(std::string(word)) > 0;
    };
    if (wanted(to_string(host.outcome))) return true;
    if (host.outcome != Outcome::assessed) return wanted(unassessed);
    return wanted(to_string(host.verdict)) || wanted(to_string(host.root_cause));
}

} // namespace

std::string run_of_rerun(const std::string& text) {
    constexpr std::string_view newest_called = "last:";
    if (!text.starts_with(newest_called)) return text.substr(0, text.find(':'));
    const auto second = text.find(':', newest_called.size());
    if (second != std::string::npos) return text.substr(0, second);
    const auto words = text.substr(newest_called.size());
    const auto known = known_words();
    // What is close to a word is a slip of the pen, and not a name.
    const bool is_name = !words.empty() && words.find(',') == std::string::npos &&
                         std::find(known.begin(), known.end(), words) == known.end() &&
                         !nearest(words, known);
    return is_name ? text : "last";
}

Result<RerunRequest> parse_rerun(const std::string& text) {
    RerunRequest request{run_of_rerun(text), {}};
    if (request.run.size() == text.size()) {
        request.what.insert(std::string(unassessed));
        return request;
    }
    const auto known = known_words();
    for (auto& word : split(std::string_view(text).substr(request.run.size() + 1), ',')) {
        if (std::find(known.begin(), known.end(), word) == known.end()) {
            return Error(
                       Phase::config,
                       Errc::unsupported,
                       "--rerun: no host is ever " + in_quotes(word)
            )
                .with_hint(suggest(word, known, "known"));
        }
        request.what.insert(std::move(word));
    }
    return request;
}

Status keep_rerun(Inventory& inventory, StoredRun& stored, const std::set<std::string>& what) {
    const bool whole = stored.run().targets == inventory.targets.size();
    HostResult without_record;
    without_record.outcome = Outcome::not_attempted;
    const bool otherwise = whole && is_one_of(without_record, what);
    std::unordered_map<std::string, bool> wanted;
    auto read = stored.for_each([&](const HostResult& host) {
        wanted[host.target.id] = is_one_of(host, what);
    });
    if (!read) return read;
    std::erase_if(inventory.targets, [&](const Target& target) {
        const auto at = wanted.find(target.id);
        return at == wanted.end() ? !otherwise : !at->second;
    });
    return {};
}

} // namespace rdpsweep
