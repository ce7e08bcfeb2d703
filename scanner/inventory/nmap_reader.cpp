// Reads what `nmap -oX` writes: hosts that are up and have a port by which we or RDP get in.
#include "core/text.hpp"
#include "scanner/inventory/inventory.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

constexpr std::size_t file_bytes = 64u << 20;

struct Ports {
    bool scanned = false;
    std::set<std::string> open; // "5986"; also the names of services that Nmap recognised
};

Ports ports_of(const pugi::xml_node& host) {
    Ports ports;
    for (const auto& list : host.children("ports")) {
        ports.scanned = true;
        for (const auto& port : list.children("port")) {
            const std::string_view state = port.child("state").attribute("state").value();
            const std::string_view protocol = port.attribute("protocol").value();
            if (state == "open" && protocol == "tcp")
                ports.open.insert(port.attribute("portid").value());
        }
    }
    return ports;
}

// Returns the name given on Nmap's command line before the one of reverse DNS.
std::string name_of(const pugi::xml_node& host) {
    std::string name;
    for (const auto& one : host.child("hostnames").children("hostname")) {
        const bool user = std::string_view(one.attribute("type").value()) == "user";
        if (name.empty() || user) name = one.attribute("name").value();
        if (user) break;
    }
    return name;
}

std::string address_of(const pugi::xml_node& host) {
    for (const auto& one : host.children("address")) {
        const std::string_view kind = one.attribute("addrtype").value();
        if (kind == "ipv4" || kind == "ipv6") return one.attribute("addr").value();
    }
    return {};
}

class NmapReader {
public:
    NmapReader(const ReadContext& context, InventorySource& source)
        : context_(context), source_(source) {}

    void read(const pugi::xml_node& run) {
        std::size_t number = 0;
        for (const auto& host : run.children("host")) {
            ++number;
            if (context_.problems.full()) return;
            read_host(host, context_.file + ": host " + std::to_string(number));
        }
        if (silent_ > 0) {
            source_.notes.push_back(
                context_.file + ": " + std::to_string(silent_) +
                " hosts are up without an open port 5986, 5985 or 3389 and are left out"
            );
        }
    }

private:
    void read_host(const pugi::xml_node& host, std::string origin) {
        if (std::string_view(host.child("status").attribute("state").value()) != "up") return;
        const auto ports = ports_of(host);
        const auto open = [&ports](const char* port) { return ports.open.count(port) > 0; };
        // A ping scan (-sn) knows no ports.
        if (ports.scanned && !open("5986") && !open("5985") && !open("3389")) {
            ++silent_;
            return;
        }
        TargetDraft draft;
        draft.target.origin = std::move(origin);
        auto wrong = set_field(draft, Field::address, address_of(host));
        const auto name = name_of(host);
        // Several hosts behind one reverse name keep their addresses as names.
        const bool own_name = !name.empty() && names_.insert(ascii_lower(name)).second;
        if (!wrong) wrong = set_field(draft, Field::name, own_name ? name : draft.target.address);
        if (!open("5986") && open("5985")) {
            (void)set_field(draft, Field::winrm_scheme, "http");
            (void)set_field(draft, Field::winrm_port, "5985");
        }
        if (!wrong) wrong = finish(draft);
        if (wrong) {
            context_.problems.add(draft.target.origin, std::move(*wrong));
            return;
        }
        source_.targets.push_back(std::move(draft.target));
        source_.given.push_back(draft.given);
    }

    const ReadContext& context_;
    InventorySource& source_;
    std::set<std::string> names_;
    std::size_t silent_ = 0;
};

} // namespace

void read_nmap(std::string_view text, const ReadContext& context, InventorySource& source) {
    pugi::xml_document document;
    const bool small = text.size() <= file_bytes;
    // A document type is passed over; entities of its own are never expanded.
    const bool read = small && document.load_buffer(text.data(), text.size());
    const auto run = document.child("nmaprun");
    if (!read || !run) {
        context.problems.add(
            context.file,
            "this is not what nmap -oX writes",
            "nmap -oX FILE -p 5985,5986,3389 HOSTS"
        );
        return;
    }
    NmapReader(context, source).read(run);
}

} // namespace rdpsweep
