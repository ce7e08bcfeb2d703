// Reads the lists of approvers, adds them up, and says what a plan lacks.
#include "scanner/fix/approver_lists.hpp"

#include "core/text.hpp"
#include "scanner/system/read_file.hpp"

#include <algorithm>
#include <filesystem>

namespace rdpsweep {

namespace {

constexpr std::size_t most_bytes = 1 << 20;

Result<ApproverList> read_list(const std::string& path, bool standing) {
    const auto text = read_file(path, most_bytes);
    if (!text) return text.error();
    auto people = read_approvers(*text);
    if (!people) return std::move(people).error();
    return ApproverList{path, standing, *std::move(people)};
}

// One person with two names would be two people.
bool clash(const Approver& a, const Approver& b) {
    return (a.name == b.name) != (a.key == b.key);
}

Status check_people(const std::vector<ApproverList>& lists) {
    std::vector<Approver> all;
    for (const auto& list : lists) {
        for (const auto& person : list.people) {
            const auto twice = std::find_if(all.begin(), all.end(), [&](const Approver& other) {
                return clash(person, other);
            });
            if (twice != all.end())
                return Error(
                    Phase::config,
                    Errc::malformed_output,
                    printable(list.path, 1000) + " has " + printable(person.name, 100) +
                        " otherwise than another list of approvers"
                );
            all.push_back(person);
        }
    }
    return {};
}

bool has_one_of(const ApproverList& list, const std::vector<std::string>& names) {
    return std::any_of(list.people.begin(), list.people.end(), [&names](const Approver& person) {
        return std::find(names.begin(), names.end(), person.name) != names.end();
    });
}

std::string joined(const std::vector<std::string>& names, const char* none) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + printable(name, 100);
    return text.empty() ? none : text;
}

std::string paths_of(const std::vector<ApproverList>& lists) {
    std::string text;
    for (const auto& list : lists)
        text += (text.empty() ? "" : " and ") + printable(list.path, 1000);
    return text;
}

} // namespace

Result<std::vector<ApproverList>>
read_lists(const std::vector<std::string>& standing, const std::string& named) {
    std::vector<ApproverList> lists;
    for (const auto& path : standing) {
        std::error_code code;
        const auto kind = std::filesystem::symlink_status(path, code).type();
        if (kind == std::filesystem::file_type::not_found) continue;
        auto list = read_list(path, true);
        if (!list) return std::move(list).error();
        lists.push_back(*std::move(list));
    }
    if (!named.empty()) {
        auto list = read_list(named, false);
        if (!list) return std::move(list).error();
        lists.push_back(*std::move(list));
    }
    auto sound = check_people(lists);
    if (!sound) return std::move(sound).error();
    return lists;
}

std::vector<Approver> all_people(const std::vector<ApproverList>& lists) {
    std::vector<Approver> all;
    for (const auto& list : lists) {
        for (const auto& person : list.people) {
            const bool known = std::any_of(all.begin(), all.end(), [&](const Approver& other) {
                return other.name == person.name;
            });
            if (!known) all.push_back(person);
        }
    }
    return all;
}

std::optional<ApprovalLack> lack_of_approval(
    Risk risk, const std::vector<ApproverList>& lists, const std::vector<std::string>& signed_by
) {
    const auto needed = approvals_needed(risk);
    if (lists.empty() || needed == 0) return {};
    std::string missing;
    for (const auto& list : lists) {
        if (list.standing && !has_one_of(list, signed_by)) missing = list.path;
    }
    if (signed_by.size() >= needed && missing.empty()) return {};
    auto what = "a plan of " + std::string(to_string(risk)) + " risk takes the approval of " +
                std::to_string(needed) + " of those in " + paths_of(lists);
    if (signed_by.size() >= needed)
        what += ", and of one in " + printable(missing, 1000) + " at least";
    return ApprovalLack{
        what + "; given: " + joined(signed_by, "none"),
        "let them read and sign it (rdpsweep fix approve), then say --approval FILE for each"};
}

std::optional<ApprovalLack> lack_of_keeping(const ApproverList& list, const Account& account) {
    const auto open = open_part(list.path, account);
    if (!open) return {};
    const auto path = printable(list.path, 1000), part = printable(*open, 1000);
    if (account.uid == 0)
        return ApprovalLack{
            "the list of approvers " + path + " proves nothing: others than root can change " +
                part,
            "chown root:root " + part + " && chmod go-w " + part};
    return ApprovalLack{
        "the list of approvers " + path + " proves nothing: who applies the plan (uid " +
            std::to_string(account.uid) + ") can change " + part,
        list.path == system_approvers
            ? std::string("root has to keep it: chown root:root and chmod go-w, as root, ") + part
            : "root has to keep them: let root add its lines to " + std::string(system_approvers) +
                  " (mode 0644), and take this list away"};
}

} // namespace rdpsweep
