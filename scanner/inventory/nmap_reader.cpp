// Reads what `nmap -oX` and `masscan -oX` write: hosts that are up and have a port by which we or
// RDP get in.
#include "core/text.hpp"
#include "scanner/inventory/inventory.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace rdpsweep {

namespace {

constexpr std::size_t file_bytes = 64u << 20;

struct Ports {
    bool scanned = false;
    std::set<std::string> open; // "5986"
};

// What the scan says of one address. Masscan writes an element for each port of a host.
struct Found {
    std::string origin;
    std::string address;
    std::string name;
    bool up = false;
    Ports ports;
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

// Masscan says no status: what answered is up.
bool is_up(const pugi::xml_node& host, const Ports& ports) {
    const auto status = host.child("status");
    return status ? std::string_view(status.attribute("state").value()) == "up"
                  : !ports.open.empty();
}

class NmapReader {
public:
    NmapReader(const ReadContext& context, InventorySource& source)
        : context_(context), source_(source) {}

    // Returns how many hosts the scan has.
    std::size_t read(const pugi::xml_node& run) {
        std::size_t number = 0;
        for (const auto& host : run.children("host"))
            meet(host, context_.file + ": host " + std::to_string(++number));
        for (const auto& one : found_) {
            if (context_.problems.full()) break;
            make_target(one);
        }
        note(silent_, "up without an open port 5986, 5985 or 3389, and left out");
        note(rdp_only_, "open at 3389 only: looked at by rdp, without logging on");
        return number;
    }

private:
    void note(std::size_t hosts, const std::string& what) {
        if (hosts == 0) return;
        source_.notes.push_back(
            context_.file + ": " + std::to_string(hosts) +
            (hosts == 1 ? " host is " : " hosts are ") + what
        );
    }

    // Adds what an element says to what others said of the same address.
    void meet(const pugi::xml_node& host, std::string origin) {
        const auto address = address_of(host);
        const auto [at, fresh] = by_address_.try_emplace(address, found_.size());
        if (fresh || address.empty()) {
            at->second = found_.size();
            found_.push_back({std::move(origin), address, {}, false, {}});
        }
        auto& one = found_[at->second];
        auto ports = ports_of(host);
        one.up = one.up || is_up(host, ports);
        one.ports.scanned = one.ports.scanned || ports.scanned;
        one.ports.open.merge(ports.open);
        if (one.name.empty()) one.name = name_of(host);
    }

    void make_target(const Found& one) {
        const auto open = [&one](const char* port) { return one.ports.open.count(port) > 0; };
        const bool winrm = open("5986") || open("5985");
        if (!one.up) return;
        // A ping scan (-sn) knows no ports.
        if (one.ports.scanned && !winrm && !open("3389")) {
            ++silent_;
            return;
        }
        TargetDraft draft;
        draft.target.origin = one.origin;
        auto wrong = set_field(draft, Field::address, one.address);
        // Several hosts behind one reverse name keep their addresses as names.
        const bool own_name = !one.name.empty() && names_.insert(ascii_lower(one.name)).second;
        if (!wrong)
            wrong = set_field(draft, Field::name, own_name ? one.name : draft.target.address);
        if (!open("5986") && open("5985")) {
            (void)set_field(draft, Field::winrm_scheme, "http");
            (void)set_field(draft, Field::winrm_port, "5985");
        }
        if (!winrm && open("3389")) {
            (void)set_route(draft, {"rdp"}, context_.transports);
            ++rdp_only_;
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
    std::vector<Found> found_; // in the order in which they were first met
    std::map<std::string, std::size_t> by_address_;
    std::set<std::string> names_;
    std::size_t silent_ = 0;
    std::size_t rdp_only_ = 0;
};

constexpr std::string_view last_of_host = "</host>";

// Returns the scan with its end put on behind the last whole host; nothing when the text has its
// own end, or no whole host.
std::string mended(std::string_view text) {
    const auto host = text.rfind(last_of_host);
    if (host == std::string_view::npos || trim(text).ends_with("</nmaprun>")) return {};
    return std::string(text.substr(0, host + last_of_host.size())) + "</nmaprun>";
}

// Says loudly that the scan is not whole: hosts that it lacks are not in the fleet.
void note_cut(
    std::string_view text, std::size_t hosts, const ReadContext& context, InventorySource& source
) {
    const auto line = std::count(text.begin(), text.end(), '\n') + 1;
    source.notes.push_back(
        context.file + ": the scan did not finish, its file is cut off in line " +
        std::to_string(line) + ": the " + std::to_string(hosts) +
        (hosts == 1 ? " host" : " hosts") + " before that " + (hosts == 1 ? "is" : "are") +
        " used, all others are missing; scan again, or let it go on with nmap --resume"
    );
}

} // namespace

void read_nmap(std::string_view text, const ReadContext& context, InventorySource& source) {
    pugi::xml_document document;
    const auto load = [&document](std::string_view part) {
        // A document type is passed over; entities of its own are never expanded.
        return part.size() <= file_bytes && document.load_buffer(part.data(), part.size()) &&
               document.child("nmaprun");
    };
    const bool read = load(text);
    const auto whole = read ? std::string() : mended(text);
    const bool cut = !read && !whole.empty() && load(whole);
    if (read || cut) {
        const auto hosts = NmapReader(context, source).read(document.child("nmaprun"));
        if (cut) note_cut(text, hosts, context, source);
        return;
    }
    const bool begun = text.find("<nmaprun") != std::string_view::npos && text.size() <= file_bytes;
    context.problems.add(
        context.file,
        begun ? "the scan is cut off before its first whole host, or damaged"
              : "this is not what nmap -oX writes",
        "nmap -oX FILE -p 5985,5986,3389 HOSTS"
    );
}

} // namespace rdpsweep
