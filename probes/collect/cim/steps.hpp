// The questions still to ask, and the document their answers go into. Private to
// probes/collect/cim.
#pragma once

#include "core/cim.hpp"
#include "core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::cim_plan {

// Values of a registry key: their types by lower-case name, and how each is spelled.
struct KeyValues {
    struct One {
        std::string name;
        std::uint32_t type = 0; // REG_DWORD is 4
    };

    std::map<std::string, One> by_name;

    // Returns the type of the value called name in any case; nothing when there is none.
    [[nodiscard]] std::optional<std::uint32_t> type_of(std::string_view name) const;
};

inline constexpr std::uint32_t reg_sz = 1; // winnt.h
inline constexpr std::uint32_t reg_expand_sz = 2;
inline constexpr std::uint32_t reg_binary = 3;
inline constexpr std::uint32_t reg_dword = 4;
inline constexpr std::uint32_t reg_multi_sz = 7;

// Returns the property called name, or null when it is absent or null.
const cim::Value* value_of(const cim::Instance& row, std::string_view name);

std::optional<std::uint64_t> number_in(std::string_view text); // nothing but decimal digits

// Reads one property. Nothing when it is absent, null or of another kind.
std::optional<std::string> text_of(const cim::Instance& row, std::string_view name);
std::optional<std::uint64_t> number_of(const cim::Instance& row, std::string_view name);
std::optional<std::string> bytes_of(const cim::Instance& row, std::string_view name); // uint8[]
// Returns the Unix seconds of a cim:Datetime, "2013-04-15T16:28:43.488171Z" or with an offset
// "+01:00".
std::optional<std::int64_t> time_of(const cim::Instance& row, std::string_view name);

// Returns text as a WQL literal, with its quotes.
std::string wql_text(std::string_view text);

class Steps {
public:
    Steps();
    ~Steps();
    Steps(const Steps&) = delete; // its questions refer to it
    Steps& operator=(const Steps&) = delete;

    [[nodiscard]] const nlohmann::json& document() const noexcept { return *document_; }

    // Returns what was put at a JSON pointer so far: null (without members and of size 0) when
    // nothing was.
    [[nodiscard]] const nlohmann::json& at(const std::string& pointer) const;
    [[nodiscard]] std::string text_at(const std::string& pointer) const; // empty: no text there

    // Puts value at a JSON pointer, unless what is there was given up. Values that are null are not
    // put: absent is absent.
    void put(const std::string& pointer, nlohmann::json value);
    // Puts value behind the last element of the list there.
    void append(const std::string& pointer, nlohmann::json value);
    // Puts a member; name is the host's: it may hold what a pointer cannot.
    void put_member(const std::string& pointer, const std::string& name, nlohmann::json value);

    // Notes that what is there was not read. why: denied, absent, error, unsupported, timeout or
    // skipped, as in facts/1.
    void unread(const std::string& pointer, std::string_view why, std::string_view code);
    void unread(const std::string& pointer, const Error& error);

    // Forgets the group at pointer, says why it is unread, and drops all that was still to be asked
    // for it.
    void give_up(const std::string& group, std::string_view why, std::string_view code);

    // --- what can be asked; each is put behind the questions that the same answer raised, and
    // before all others. about is the pointer the answer is for: a failure makes it unread. ---

    using ReadRows = std::function<void(const cim::Rows&)>;

    struct Readers {
        ReadRows read;
        std::function<void(const Error&)> failed = {}; // instead of making about unread
    };

    void
    query(const std::string& about, std::string_view name_space, std::string wql, ReadRows read);
    void
    query(const std::string& about, std::string_view name_space, std::string wql, Readers readers);

    // Asks for the names of the subkeys, at most 64; nothing when the key does not exist. When it
    // may not be read, about is unread, or given up when it is a whole group ("/tls").
    void subkeys(
        const std::string& about,
        std::string key,
        std::function<void(const std::optional<std::vector<std::string>>&)> read
    );
    void values(
        const std::string& about,
        std::string key,
        std::function<void(const std::optional<KeyValues>&)> read
    );

    // Asks for one value each; read is not called when the value is absent or cannot be read.
    void dword(
        const std::string& about,
        std::string key,
        std::string name,
        std::function<void(std::uint32_t)> read
    );
    void text(
        const std::string& about,
        std::string key,
        std::string name,
        std::function<void(std::string)> read
    );
    void expanded(
        const std::string& about,
        std::string key,
        std::string name,
        std::function<void(std::string)> read
    );
    void texts(
        const std::string& about,
        std::string key,
        std::string name,
        std::function<void(std::vector<std::string>)> read
    );
    void binary(
        const std::string& about,
        std::string key,
        std::string name,
        std::function<void(std::string)> read
    );

    // Takes the values that pairs names ("port=PortNumber lan=LanAdapter") out of values; what is
    // not a REG_DWORD is unread, what is absent is not asked for. They go to below + '/' + the
    // first name.
    void dwords(
        const std::string& below,
        const std::string& key,
        const std::optional<KeyValues>& values,
        std::string_view pairs
    );

    // A security descriptor as SDDL, of a registry key or a file. absent: instead of nothing.
    using ReadSddl = std::function<void(std::string)>;
    void key_sddl(const std::string& about, std::string key, ReadSddl read);
    void file_sddl(const std::string& about, std::string path, ReadSddl read);

    // --- the driver's side ---
    [[nodiscard]] std::optional<cim::Request> next();
    void answer(Result<cim::Rows> rows);

private:
    using Read = std::function<void(Result<cim::Rows>&)>;

    struct Step {
        std::string about;
        cim::Request request;
        Read read;
    };

    void ask(const std::string& about, cim::Request request, Read read);

    // A method of StdRegProv on a key, or on one of its values.
    struct RegistryCall {
        std::string_view method;
        std::string key;
        std::optional<std::string> value = {};
    };

    // read gets the method's output parameters and its return value.
    using ReadOutput = std::function<void(std::uint32_t code, const cim::Instance& output)>;
    void registry(const std::string& about, RegistryCall what, ReadOutput read);
    using ReadValue = std::function<void(const cim::Instance& output)>;
    void value(const std::string& about, RegistryCall what, ReadValue read);
    void registry_failed(const std::string& about, std::uint32_t code);
    void lost(const std::string& about, std::string_view why, std::string_view code);
    void lost(const std::string& about, const Error& error);
    [[nodiscard]] bool given_up(std::string_view pointer) const;
    bool try_other_namespace(const Step& step, const Result<cim::Rows>& rows);

    std::unique_ptr<nlohmann::json> document_;
    std::deque<Step> steps_;
    std::size_t raised_ = 0; // by the answer being read: they stand first in steps_
    std::size_t asked_ = 0;
    std::set<std::string, std::less<>> given_up_;
    std::string registry_namespace_ = "root/cimv2";
    bool other_namespace_tried_ = false;
    std::optional<Step> current_;
};

// Returns the SDDL of a Win32_SecurityDescriptor; nothing when it holds what cannot be told apart
// or written.
std::optional<std::string> sddl_of(const cim::Instance& descriptor);

// Raises the questions of a group of facts/1.
void ask_system(Steps& steps);                      // os, pending, ems, crash
void ask_services(Steps& steps, bool named);        // svc, then listener: it needs their processes
void ask_security(Steps& steps);                    // sec, and what is about certificates in WMI
void ask_schannel(Steps& steps);                    // tls
void ask_certificates(Steps& steps);                // cert
void ask_keys(Steps& steps);                        // keys
void ask_policy(Steps& steps);                      // gp
void ask_events(Steps& steps, std::uint32_t hours); // evt

} // namespace rdpsweep::cim_plan
