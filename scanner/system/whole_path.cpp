// Joins a folder and a name, and leaves the name as it was written.
#include "scanner/system/whole_path.hpp"

#include <filesystem>
#include <system_error>

namespace rdpsweep {

std::string whole_path(const std::string& path, const std::string& folder) {
    if (folder.empty() || path.empty() || path == "-" || path.starts_with('/')) return path;
    const auto end = folder.ends_with('/') ? "" : "/";
    return folder + end + path.substr(path.starts_with("./") ? 2 : 0);
}

std::string current_folder() {
    std::error_code code;
    const auto folder = std::filesystem::current_path(code);
    return code ? std::string() : folder.string();
}

} // namespace rdpsweep
