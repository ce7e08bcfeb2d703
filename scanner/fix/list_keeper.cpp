// Looks at owner, mode and ACL of a file and of every folder on the way to it.
#include "scanner/fix/list_keeper.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace rdpsweep {

namespace {

namespace fs = std::filesystem;

// Tells whether entries beyond owner, group and others may grant writing: their mask is what the
// bits of the group show then (acl(5)).
bool has_acl(const std::string& path) {
    return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

// Tells whether the account owns it, and so can give itself any right to it. For root, who may do
// all anyway, the question is whether anybody else can.
bool owns(const Account& account, const struct stat& about) {
    return account.uid == 0 ? about.st_uid != 0 : about.st_uid == account.uid;
}

// Tells whether the account can write there, or give itself the right to.
bool can_write(const std::string& path, const struct stat& about, const Account& account) {
    if ((about.st_mode & S_IWOTH) != 0 || owns(account, about)) return true;
    if ((about.st_mode & S_IWGRP) == 0) return false;
    if (has_acl(path)) return true;
    if (account.uid == 0) return about.st_gid != 0;
    const auto& groups = account.groups;
    return std::find(groups.begin(), groups.end(), about.st_gid) != groups.end();
}

// One name on the way, and the folder that it is in.
struct Step {
    fs::path folder, entry;

    struct stat of_folder {
    }, of_entry{};
};

// Returns which of the two lets the account put another thing in the entry's place. A sticky folder
// lets only the owner of the one or of the other (unlink(2)).
std::optional<std::string> replaceable_by(const Step& step, const Account& account) {
    if (!can_write(step.folder.string(), step.of_folder, account)) return {};
    const bool sticky = (step.of_folder.st_mode & S_ISVTX) != 0;
    if (!sticky || owns(account, step.of_folder)) return step.folder.string();
    if (owns(account, step.of_entry)) return step.entry.string();
    return {};
}

// Puts the names of a path in front of those that are still to be walked, the next one last.
void push_names(std::vector<fs::path>& left, const fs::path& path) {
    std::vector<fs::path> names(path.begin(), path.end());
    left.insert(left.end(), names.rbegin(), names.rend());
}

// Goes from the root to path, name by name and link by link as the system does; what is not there
// is nobody's to read either.
std::optional<std::string> open_on_the_way(const fs::path& path, const Account& account) {
    constexpr int most_links = 40; // as the kernel
    std::vector<fs::path> left;
    push_names(left, path);
    fs::path at = "/";
    for (int links = 0; !left.empty();) {
        const auto name = left.back();
        left.pop_back();
        const bool moves = name == "/" || name == ".." || name == "." || name.empty();
        if (name == "/") at = name;
        if (name == "..") at = at.parent_path();
        if (moves) continue;
        Step step{at, at / name};
        if (::lstat(step.folder.c_str(), &step.of_folder) != 0 ||
            ::lstat(step.entry.c_str(), &step.of_entry) != 0)
            return step.entry.string();
        if (auto open = replaceable_by(step, account)) return open;
        // The mode of a link says nothing: what it leads to is walked instead.
        if (!S_ISLNK(step.of_entry.st_mode)) {
            at = step.entry;
            if (left.empty() && can_write(at.string(), step.of_entry, account)) return at.string();
            continue;
        }
        std::error_code code;
        const auto target = fs::read_symlink(step.entry, code);
        if (code || ++links > most_links) return step.entry.string();
        push_names(left, target);
    }
    return {};
}

} // namespace

Account own_account() {
    Account account{geteuid(), {getegid()}};
    const int count = getgroups(0, nullptr);
    if (count <= 0) return account;
    std::vector<gid_t> more(static_cast<std::size_t>(count));
    const int got = getgroups(count, more.data());
    more.resize(static_cast<std::size_t>(std::max(got, 0)));
    account.groups.insert(account.groups.end(), more.begin(), more.end());
    return account;
}

std::optional<std::string> open_part(const std::string& path, const Account& account) {
    std::error_code code;
    const auto absolute = fs::absolute(path, code);
    return code ? path : open_on_the_way(absolute, account);
}

} // namespace rdpsweep
