// What was learned of one host, from inside and from outside, put together and judged. The only
// place where sources meet.
#pragma once

#include "core/facts.hpp"
#include "core/outcome.hpp"
#include "core/result.hpp"
#include "probes/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdpsweep {

class Assessment {
public:
    // Adds what a collector found inside the host, a facts/1 document. It replaces an earlier one.
    // source is the transport it came by. Error{decode, ...} when it cannot be read; nothing is
    // kept then.
    Status add_document(std::string json, std::string_view source);

    // Adds a handshake made from here.
    void add_handshake(HandshakeFacts handshake);

    // Says which certificate the inventory knows RDP to serve; "" for none. It stands beside what a
    // disk tells, and nothing a host says of it is believed.
    void know_thumbprint(std::string thumbprint) { known_thumbprint_ = std::move(thumbprint); }

    // Tells whether the host's inside was read from its disk.
    [[nodiscard]] bool from_disk() const noexcept;

    // Returns what a reader has to know of the disk that was read; empty where none was.
    [[nodiscard]] std::vector<Message> disk_notes() const;

    // Returns the RDP port as the host's inside says it; nothing before that is known.
    [[nodiscard]] std::optional<std::uint16_t> configured_port() const noexcept;

    // Returns what the host's Windows calls itself; empty where that is not known, or is no name.
    [[nodiscard]] std::string_view host_name() const noexcept;

    // Tells whether the host's PowerShell let the collector do nothing but say so (AppLocker or
    // WDAC: constrained language).
    [[nodiscard]] bool constrained() const noexcept;

    // Returns how many bytes it holds: the document, what was read from it (counted as twice its
    // text), and the certificates of handshakes.
    [[nodiscard]] std::size_t bytes() const noexcept;

    [[nodiscard]] bool empty() const noexcept { return document_.empty() && handshakes_.empty(); }

    // Sets result's facts_json (one document with everything), verdict, findings and causes. A host
    // of which only handshakes are known is judged by outside_rules() alone. Does nothing when
    // empty. Error{decode, ...} when what was merged could not be read again.
    Status judge_into(HostResult& result, const Policy& policy);

    // Returns what the handshakes alone show that is not in order, for a host that was not let in
    // to.
    [[nodiscard]] std::vector<Message> remarks(const Policy& policy) const;

private:
    [[nodiscard]] Result<Judgement> judge_outside(const Policy& policy, std::int64_t now) const;
    Status judge_merged(HostResult& result, const Policy& policy, std::int64_t now);
    Status judge_disk(HostResult& result, const Policy& policy, std::int64_t now) const;
    Status judge_handshakes(HostResult& result, const Policy& policy) const;

    std::string document_;      // empty: none
    std::optional<Facts> read_; // document_, decoded
    std::string source_;        // what read it
    std::vector<HandshakeFacts> handshakes_;
    std::string known_thumbprint_;
};

} // namespace rdpsweep
