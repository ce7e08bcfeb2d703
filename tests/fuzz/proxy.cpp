// Which proxy an environment names: the first line is the address, each other one NAME=VALUE.
#include "transports/azure/proxy.hpp"

#include "core/text.hpp"
#include "tests/fuzz/target.hpp"

#include <map>

using namespace rdpsweep;
using namespace rdpsweep::azure;

namespace {

using Variables = std::map<std::string, std::string>;

std::optional<Proxy> with(const std::string& url, const Variables& variables) {
    return proxy_for(url, [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return {};
        return found->second;
    });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto lines = split(std::string_view(reinterpret_cast<const char*>(data), size), '\n');
    if (lines.empty()) return 0;
    Variables variables;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto equals = lines[i].find('=');
        if (equals != std::string::npos)
            variables[lines[i].substr(0, equals)] = lines[i].substr(equals + 1);
    }
    const auto proxy = with(lines[0], variables);
    if (!proxy) return 0;
    must(proxy->url.find("://") != std::string::npos, "a proxy has a scheme");
    const auto begin = proxy->url.find("://") + 3;
    must(proxy->url.find('@', begin + 1) == std::string::npos, "its address shows no login");
    must(!with("http://127.0.0.1/x", variables), "this machine is asked without one");
    // Its address alone names it as well, for every address.
    const auto again = with("https://a.example/", {{"ALL_PROXY", proxy->url}});
    must(again && again->url == proxy->url && again->user.empty(), "read, write, read");
    variables["no_proxy"] = "*";
    must(!with(lines[0], variables), "NO_PROXY=* is none");
    return 0;
}
