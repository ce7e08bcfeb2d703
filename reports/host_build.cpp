// Reads one number out of a facts document by SAX: a tree for each of ten thousand hosts takes too
// long.
#include "reports/host_build.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

using nlohmann::json;

// Follows the keys down to /os/build and stops there.
class BuildFinder : public nlohmann::json_sax<json> {
public:
    std::uint32_t build = 0;

    bool null() override { return true; }

    bool boolean(bool) override { return true; }

    bool number_integer(number_integer_t) override { return true; }

    bool number_unsigned(number_unsigned_t value) override {
        if (depth_ != 2 || !in_os_ || !at_build_) return true;
        if (value <= UINT32_MAX) build = static_cast<std::uint32_t>(value);
        return false;
    }

    bool number_float(number_float_t, const string_t&) override { return true; }

    bool string(string_t&) override { return true; }

    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override {
        ++depth_;
        return true;
    }

    bool end_object() override {
        --depth_;
        return true;
    }

    // An array counts as a level, so that nothing inside one is mistaken for /os/build.
    bool start_array(std::size_t) override { return start_object(0); }

    bool end_array() override { return end_object(); }

    bool key(string_t& name) override {
        if (depth_ == 1) in_os_ = name == "os";
        at_build_ = depth_ == 2 && name == "build";
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    int depth_ = 0;
    bool in_os_ = false;
    bool at_build_ = false;
};

} // namespace

std::uint32_t os_build(std::string_view facts_json) {
    BuildFinder finder;
    static_cast<void>(json::sax_parse(facts_json.begin(), facts_json.end(), &finder));
    return finder.build;
}

} // namespace rdpsweep
