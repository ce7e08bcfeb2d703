// Reads the file without leaving its content in freed memory.
#include "transports/azure/small_file.hpp"

#include "core/read_whole.hpp"
#include "core/text.hpp"

#include <cerrno>
#include <cstring>

namespace rdpsweep::azure {

Result<Secret>
read_secret_file(const std::string& path, const std::string& what, std::size_t most) {
    const auto cannot = [&](const std::string& why) {
        return Error(
            Phase::config, Errc::local_limit, what + " " + printable(path, 200) + ": " + why
        );
    };
    std::string content;
    const int code = read_whole(path, most, content);
    if (code == EFBIG) return cannot("it is larger than " + std::to_string(most) + " bytes");
    if (code != 0) return cannot(std::strerror(code));
    const auto inner = trim(content);
    Result<Secret> result = cannot("it is empty");
    if (!inner.empty()) result = Secret(std::string(inner));
    cleanse(content);
    return result;
}

} // namespace rdpsweep::azure
