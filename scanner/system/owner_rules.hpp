// Which files and folders can be nobody else's work: what is asked of their kind, owner and mode.
#pragma once

#include "core/result.hpp"

#include <string>
#include <sys/stat.h>

namespace rdpsweep {

// Refuses a regular file or a folder that others can have written: one that another user owns, or
// whose group or others may write to it. Error{config, access_denied} names path, what is wrong and
// the command that mends it.
Status check_ours(const struct stat& about, const std::string& path);

// The same for a folder on the way to one of ours: it is ours or root's, and nobody else can put
// something in the place of what is in it, which a sticky bit sees to as well.
Status check_way(const struct stat& about, const std::string& path);

// Refuses what is no regular file (a link, a FIFO, a device), before it is opened.
Status check_regular(const struct stat& about, const std::string& path);

// Refuses a link on the way to a folder of ours that somebody else has made.
Status check_link(const struct stat& about, const std::string& path);

} // namespace rdpsweep
