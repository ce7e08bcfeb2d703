// Whether a list of approvers is kept from the account that applies plans. One that it can write,
// or put another in the place of, approves of whatever that account likes.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace rdpsweep {

struct Account {
    uid_t uid = 0;
    std::vector<gid_t> groups;
};

// Returns the account that this process runs as.
Account own_account();

// Returns the file, or the folder above it, that the account can change; nothing: there is none.
// From root nothing can be kept: for root it is the first that somebody else can change.
std::optional<std::string> open_part(const std::string& path, const Account& account);

} // namespace rdpsweep
