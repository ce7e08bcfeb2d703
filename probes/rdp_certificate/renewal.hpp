// What Windows' own settings say against the next certificate, whoever may write where.
#pragma once

#include "core/facts.hpp"

#include <string>
#include <vector>

namespace rdpsweep {

// A setting that keeps SessionEnv from making, or from looking for, the next certificate.
struct RenewalObstacle {
    const char* pointer;
    std::string words;    // "CertRefreshInterval = 0", for a sentence
    std::string expected; // what Windows ships
    bool at_once;         // it stops a renewal that is asked for as well
};

// Returns the settings that stop the renewal; what is absent or was not read stops nothing.
std::vector<RenewalObstacle> renewal_obstacles_set(const CertificateFacts& certificates);

// Returns the seconds between two looks of SessionEnv: 12 hours, or longer where it is told so.
std::int64_t seconds_between_looks(const CertificateFacts& certificates) noexcept;

} // namespace rdpsweep
