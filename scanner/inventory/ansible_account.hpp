// Who logs on to a host of an Ansible inventory.
#pragma once

#include "scanner/credentials/credentials.hpp"

#include <string>

namespace rdpsweep {

// What an Ansible inventory says of an account; a password is never read.
struct AnsibleAccount {
    std::string user;
    std::string key_file; // for SSH; empty: none
    bool kerberos = false;
    std::string origin; // "hosts.ini:3:5"
};

// Returns the credential that stands for the account until another inventory or the command line
// says more of the same user: a ticket, a key, or a password that is asked for once. Its name is
// the same for the same account.
CredentialSpec imply_credential(const AnsibleAccount& account);

} // namespace rdpsweep
