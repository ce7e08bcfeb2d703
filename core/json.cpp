// Builds the library's values through its SAX interface: the bounds hold while a document is read,
// not after.
#include "core/json.hpp"

#include "core/foreign_text.hpp"
#include "core/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace rdpsweep {

namespace {

using nlohmann::json;

// Builds the document while counting: stops at the first thing that is too deep, too many or
// said twice. nlohmann's own DOM parser keeps the last of two equal keys without a word.
class BoundedBuilder : public nlohmann::json_sax<json> {
public:
    BoundedBuilder(json& root, const JsonLimits& limits) : root_(root), limits_(limits) {}

    bool null() override { return add(nullptr); }

    bool boolean(bool value) override { return add(value); }

    bool number_integer(number_integer_t value) override { return add(value); }

    bool number_unsigned(number_unsigned_t value) override { return add(value); }

    bool number_float(number_float_t value, const string_t&) override { return add(value); }

    bool string(string_t& value) override { return add(std::move(value)); }

    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return open(json::object()); }

    bool start_array(std::size_t) override { return open(json::array()); }

    bool end_object() override { return close(); }

    bool end_array() override { return close(); }

    bool key(string_t& value) override {
        if (stack_.back()->contains(value))
            return fail("the key is given twice: " + foreign_text(value, 150));
        key_ = std::move(value);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&)
        override {
        return fail("not JSON at byte " + std::to_string(position));
    }

    std::string problem;
    bool too_much = false;

private:
    bool fail(std::string what) {
        if (problem.empty()) problem = std::move(what);
        return false;
    }

    template <class Value>
    bool add(Value&& value) {
        return place(json(std::forward<Value>(value))) != nullptr;
    }

    json* place(json&& value) {
        if (++nodes_ > limits_.nodes) {
            too_much = true;
            fail("more than " + std::to_string(limits_.nodes) + " values");
            return nullptr;
        }
        if (stack_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (stack_.back()->is_array()) {
            stack_.back()->push_back(std::move(value));
            return &stack_.back()->back();
        }
        return &(*stack_.back())[key_].operator=(std::move(value));
    }

    bool open(json&& container) {
        if (stack_.size() >= limits_.depth) {
            too_much = true;
            return fail("nested deeper than " + std::to_string(limits_.depth));
        }
        auto* placed = place(std::move(container));
        if (placed == nullptr) return false;
        stack_.push_back(placed);
        return true;
    }

    bool close() {
        stack_.pop_back();
        return true;
    }

    json& root_;
    const JsonLimits& limits_;
    std::vector<json*> stack_;
    std::string key_;
    std::size_t nodes_ = 0;
};

} // namespace

Result<json> parse_json(std::string_view text, Phase phase, const JsonLimits& limits) {
    if (text.size() > limits.bytes) {
        return Error(
            phase,
            Errc::output_limit,
            "JSON of more than " + std::to_string(limits.bytes) + " bytes"
        );
    }
    json root;
    BoundedBuilder builder(root, limits);
    if (!json::sax_parse(text.begin(), text.end(), &builder)) {
        const auto code = builder.too_much ? Errc::output_limit : Errc::malformed_output;
        return Error(phase, code, builder.problem);
    }
    return root;
}

std::string dump_json(const json& value) {
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    escape_for_display(text);
    return text;
}

} // namespace rdpsweep
