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

// Tells whether the account can write there, or give itself the right to.
bool can_write(const std::string& path, const struct stat& about, const Account& account) {
    if ((about.st_mode & S_IWOTH) != 0) return true;
    if ((about.st_mode & S_IWGRP) != 0 && has_acl(path)) return true;
    if (account.uid == 0) {
        return about.st_uid != 0 || ((about.st_mode & S_IWGRP) != 0 && about.st_gid != 0);
    }
    if (about.st_uid == account.uid) return true;
    const auto& groups = account.groups;
    const bool member = std::find(groups.begin(), groups.end(), about.st_gid) != groups.end();
    return (about.st_mode & S_IWGRP) != 0 && member;
}

// Tells whether a sticky folder keeps the account from replacing what is in it: only the owner of
// the one or of the other can (unlink(2)).
bool is_kept_by_sticky(
    const struct stat& folder, const struct stat& in_it, const Account& account
) {
    if ((folder.st_mode & S_ISVTX) == 0) return false;
    if (account.uid == 0) return folder.st_uid == 0 && in_it.st_uid == 0;
    return folder.st_uid != account.uid && in_it.st_uid != account.uid;
}

// Looks at path and all above it; what is not there is nobody's to read either.
std::optional<std::string> open_on_the_way(const fs::path& path, const Account& account) {
    struct stat below {};

    if (::lstat(path.c_str(), &below) != 0) return path.string();
    // The mode of a link says nothing: what it leads to is looked at as well.
    if (!S_ISLNK(below.st_mode) && can_write(path.string(), below, account)) return path.string();
    for (auto folder = path.parent_path();; folder = folder.parent_path()) {
        struct stat about {};

        if (::stat(folder.c_str(), &about) != 0) return folder.string();
        const bool open = can_write(folder.string(), about, account);
        if (open && !is_kept_by_sticky(about, below, account)) return folder.string();
        if (folder == folder.root_path()) return {};
        if (::lstat(folder.c_str(), &below) != 0) return folder.string();
    }
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
    const auto as_named = fs::absolute(path, code).lexically_normal();
    if (auto open = open_on_the_way(as_named, account)) return open;
    const auto led_to = fs::canonical(as_named, code);
    if (code) return as_named.string();
    return led_to == as_named ? std::nullopt : open_on_the_way(led_to, account);
}

} // namespace rdpsweep
