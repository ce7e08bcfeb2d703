// Reads the file without leaving its content in freed memory.
#include "transports/azure/small_file.hpp"

#include "core/text.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace rdpsweep::azure {

Result<Secret>
read_secret_file(const std::string& path, const std::string& what, std::size_t most) {
    const auto cannot = [&](const std::string& why) {
        return Error(
            Phase::config, Errc::local_limit, what + " " + printable(path, 200) + ": " + why
        );
    };
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return cannot(std::strerror(errno));
    std::string content(most + 1, '\0'); // one allocation: no copy of a secret is left behind
    std::size_t got = 0;
    ssize_t count = 1;
    while (count > 0 && got < content.size()) {
        count = read(file, content.data() + got, content.size() - got);
        if (count > 0) got += static_cast<std::size_t>(count);
    }
    const int failure = errno;
    close(file);
    const auto inner = trim(std::string_view(content).substr(0, got));
    Result<Secret> result = cannot("it is empty");
    if (count < 0)
        result = cannot(std::strerror(failure));
    else if (got > most)
        result = cannot("it is larger than " + std::to_string(most) + " bytes");
    else if (!inner.empty())
        result = Secret(std::string(inner));
    cleanse(content);
    return result;
}

} // namespace rdpsweep::azure
