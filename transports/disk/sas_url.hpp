// A SAS taken apart: what of it everybody may see, and what nobody may.
#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"
#include "transports/net/endpoint.hpp"

#include <string>

namespace rdpsweep::disk {

struct SasUrl {
    bool tls = true;
    net::Endpoint at;
    std::string path;  // "/disks/os.vhd", with its escapes
    std::string named; // host and path as they may be shown
    Secret query;      // with the signature
    Secret signature;  // decoded: also where a text quotes nothing but it, it is found

    // Returns what a request asks for, path and query. To be overwritten after use.
    [[nodiscard]] std::string target() const;
};

// Reads the URL of a SAS. http:// is read of this machine's own addresses alone, written as
// numbers: nothing leaves the machine there. Error{config, malformed_output or unsupported}: what
// it is instead; no part of it is in the sentence.
Result<SasUrl> read_sas_url(const Secret& url);

} // namespace rdpsweep::disk
