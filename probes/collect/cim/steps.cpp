// Asks one question after the other, and knows what a WMI provider's refusals mean.
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace rdpsweep::cim_plan {

namespace {

// A hostile host can raise questions, but not without end.
constexpr std::size_t most_questions = 2'000;

// Faults by which a host says that it has no such class or namespace (wsmerror.h).
constexpr std::array<std::string_view, 3> no_such_class{"2150858752", "2150858778", "2150858811"};

std::string_view fault_code(const Error& error) {
    auto native = error.native();
    constexpr std::string_view mark = "WSManFault ";
    if (!native.starts_with(mark)) return {};
    native.remove_prefix(mark.size());
    return native.substr(0, native.find(' '));
}

std::string_view why_of(const Error& error) {
    const auto code = fault_code(error);
    if (std::find(no_such_class.begin(), no_such_class.end(), code) != no_such_class.end()) {
        return "unsupported";
    }
    if (error.code() == Errc::access_denied) return "denied";
    if (error.code() == Errc::timed_out) return "timeout";
    return "error";
}

bool is_group(std::string_view pointer) {
    return pointer.rfind('/') == 0;
}

} // namespace

Steps::Steps()
    : document_(std::make_unique<nlohmann::json>(nlohmann::json{
          {"schema", "facts/1"}, {"unread", nlohmann::json::array()}})) {}

Steps::~Steps() = default;

bool Steps::given_up(std::string_view pointer) const {
    const auto end = pointer.find('/', 1);
    return given_up_.count(pointer.substr(0, end)) != 0;
}

void Steps::put(const std::string& pointer, nlohmann::json value) {
    if (value.is_null() || given_up(pointer)) return;
    (*document_)[nlohmann::json::json_pointer(pointer)] = std::move(value);
}

void Steps::append(const std::string& pointer, nlohmann::json value) {
    put(pointer + "/" + std::to_string(at(pointer).size()), std::move(value));
}

void Steps::put_member(const std::string& pointer, const std::string& name, nlohmann::json value) {
    if (given_up(pointer)) return;
    (*document_)[nlohmann::json::json_pointer(pointer)][name] = std::move(value);
}

const nlohmann::json& Steps::at(const std::string& pointer) const {
    static const nlohmann::json nothing;
    const nlohmann::json::json_pointer where(pointer);
    return document_->contains(where) ? document_->at(where) : nothing;
}

std::string Steps::text_at(const std::string& pointer) const {
    const auto& value = at(pointer);
    return value.is_string() ? value.get<std::string>() : std::string();
}

void Steps::unread(const std::string& pointer, std::string_view why, std::string_view code) {
    if (given_up(pointer)) return;
    (*document_)["unread"].push_back({{"ptr", pointer}, {"why", why}, {"code", code}});
}

void Steps::unread(const std::string& pointer, const Error& error) {
    unread(pointer, why_of(error), error.native());
}

void Steps::give_up(const std::string& group, std::string_view why, std::string_view code) {
    unread(group, why, code);
    document_->erase(group.substr(1));
    given_up_.insert(group);
}

// A failure below a group loses one fact; one about the group as a whole loses it.
void Steps::lost(const std::string& about, std::string_view why, std::string_view code) {
    if (is_group(about))
        give_up(about, why, code);
    else
        unread(about, why, code);
}

void Steps::lost(const std::string& about, const Error& error) {
    lost(about, why_of(error), error.native());
}

void Steps::ask(const std::string& about, cim::Request request, Read read) {
    const auto place = steps_.begin() + static_cast<std::ptrdiff_t>(raised_++);
    steps_.insert(place, Step{about, std::move(request), std::move(read)});
}

void Steps::query(
    const std::string& about, std::string_view name_space, std::string wql, ReadRows read
) {
    query(about, name_space, std::move(wql), Readers{std::move(read)});
}

void Steps::query(
    const std::string& about, std::string_view name_space, std::string wql, Readers readers
) {
    ask(about,
        {std::string(name_space), "", cim::Query{std::move(wql)}},
        [this, about, readers = std::move(readers)](Result<cim::Rows>& rows) {
            if (rows)
                readers.read(*rows);
            else if (readers.failed)
                readers.failed(rows.error());
            else
                lost(about, rows.error());
        });
}

void Steps::file_sddl(const std::string& about, std::string path, ReadSddl read) {
    cim::Invoke call{"GetSecurityDescriptor", {}, {{"Path", std::move(path)}}};
    ask(about,
        {"root/cimv2", "Win32_LogicalFileSecuritySetting", std::move(call)},
        [this, about, read = std::move(read)](Result<cim::Rows>& rows) {
            if (!rows) return lost(about, rows.error());
            const auto code =
                rows->empty() ? std::nullopt : number_of(rows->front(), "ReturnValue");
            // 2: access denied; 9: a privilege is missing. Not Win32 codes but the class's own.
            const auto number = code ? "WMI " + std::to_string(*code) : std::string();
            if (code == 2 || code == 9) return lost(about, "denied", number);
            if (code != 0) return lost(about, "error", number);
            const auto* value = value_of(rows->front(), "Descriptor");
            auto sddl = value != nullptr && !value->objects.empty()
                            ? sddl_of(value->objects.front())
                            : std::nullopt;
            if (!sddl) return lost(about, "error", "no descriptor");
            read(*std::move(sddl));
        });
}

std::optional<cim::Request> Steps::next() {
    while (!steps_.empty()) {
        current_ = std::move(steps_.front());
        steps_.pop_front();
        if (given_up(current_->about)) continue;
        if (asked_++ >= most_questions) {
            unread("/collector", "skipped", "too many questions");
            steps_.clear();
            return {};
        }
        return current_->request;
    }
    return {};
}

// The registry provider is registered in two namespaces; some hosts allow only one.
bool Steps::try_other_namespace(const Step& step, const Result<cim::Rows>& rows) {
    const bool registry = step.request.class_name == "StdRegProv";
    if (rows && registry) other_namespace_tried_ = true; // this one works
    if (rows || !registry || other_namespace_tried_) return false;
    other_namespace_tried_ = true;
    registry_namespace_ = "root/default";
    for (auto& waiting : steps_) {
        if (waiting.request.class_name == "StdRegProv")
            waiting.request.name_space = registry_namespace_;
    }
    auto again = step;
    again.request.name_space = registry_namespace_;
    steps_.push_front(std::move(again));
    return true;
}

void Steps::answer(Result<cim::Rows> rows) {
    const auto step = *std::move(current_);
    current_.reset();
    raised_ = 0;
    if (try_other_namespace(step, rows)) return;
    step.read(rows);
    raised_ = 0;
}

} // namespace rdpsweep::cim_plan
