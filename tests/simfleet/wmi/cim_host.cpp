// Pages as recorded servers send them: of several rows one comes with the answer to Enumerate, the
// others by Pull, and every page that is not the last brings a new context.
#include "tests/simfleet/wmi/cim_host.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"
#include "tests/simfleet/wmi/wql.hpp"

#include <algorithm>

namespace simfleet {

namespace {

// Real pages are cut by size too, at some 77 KB; small ones exercise the client more.
constexpr std::size_t page_octets = 4'000;
constexpr std::size_t most_pending = 20'000;

// What WMI calls the question.
std::string operation_of(const SoapRequest& request) {
    const auto& call = *request.cim;
    if (!call.filter.empty()) return "ExecQuery";
    if (request.verb == "Invoke") return "ExecMethod";
    return request.verb == "Enumerate" ? "CreateInstanceEnum" : "GetObject";
}

SoapFault failure(std::uint32_t code, const SoapRequest& request, std::string message = {}) {
    SoapFault failed{code, request.message_id, std::move(message)};
    if (code != fault::cannot_process_filter) return failed;
    failed.operation = operation_of(request);
    failed.parameter = request.cim->filter.empty() ? request.cim->class_name : request.cim->filter;
    return failed;
}

// What WMI says to a class or a namespace that is not there.
SoapFault no_such_class(const SoapRequest& request) {
    return failure(fault::cannot_process_filter, request, "The class or namespace is not valid.");
}

bool denied(const State& state, const std::string& name_space) {
    std::string resource = "wmi:" + name_space;
    std::replace(resource.begin(), resource.end(), '/', '\\');
    return std::any_of(state.limits.begin(), state.limits.end(), [&](const AccessLimit& limit) {
        return rdpsweep::iequals(limit.resource, resource);
    });
}

bool has_column(const CimRow& row, const std::string& column) {
    return std::any_of(row.begin(), row.end(), [&](const auto& pair) {
        return rdpsweep::iequals(pair.first, column);
    });
}

CimRow only_columns(const CimRow& row, const std::vector<std::string>& columns) {
    CimRow out;
    for (const auto& [name, value] : row) {
        const bool wanted = std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
            return rdpsweep::iequals(column, name);
        });
        if (wanted) out.emplace(name, value);
    }
    return out;
}

std::string context_element(const std::string& context) {
    return "<n:EnumerationContext>" + context + "</n:EnumerationContext>";
}

CimHost::Reply wrap_output(const SoapRequest& request, const std::string& inside) {
    const auto& method = request.cim->method;
    return "<p:" + method +
           "_OUTPUT xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:p=\"" +
           xml_escape(request.resource) +
           "\" xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\">" + inside +
           "</p:" + method + "_OUTPUT>";
}

CimHost::Reply invoke(const Vm& vm, const SoapRequest& request, Stats& stats) {
    const auto& call = *request.cim;
    if (call.class_name == "StdRegProv") {
        const bool known = call.name_space == "root/cimv2" || call.name_space == "root/default";
        if (!known) return no_such_class(request);
        const auto output = registry_method(*vm.state, call);
        if (output) return wrap_output(request, *output);
    }
    const bool of_file =
        call.class_name == "Win32_LogicalFileSecuritySetting" && call.name_space == "root/cimv2";
    if (of_file && call.method == "GetSecurityDescriptor") {
        const auto path = call.selectors.find("path");
        if (path == call.selectors.end()) return failure(fault::insufficient_selectors, request);
        if (vm.state->file(path->second) == nullptr) {
            return failure(fault::cannot_process_filter, request, "Not found.");
        }
        return wrap_output(request, file_descriptor_output(*vm.state, path->second));
    }
    stats.violation("a method that does not only read: " + call.class_name + "." + call.method);
    return failure(fault::access_denied, request);
}

} // namespace

std::string CimHost::keep(Pending pending) {
    auto context = "uuid:" + rdpsweep::random_guid();
    pending_.emplace(context, std::move(pending));
    oldest_.push_back(context);
    while (oldest_.size() > most_pending) {
        pending_.erase(oldest_.front());
        oldest_.pop_front();
    }
    return context;
}

CimHost::Reply CimHost::enumerate(const Vm& vm, const SoapRequest& request) {
    const auto& call = *request.cim;
    WqlQuery query;
    if (call.filter.empty()) {
        query.class_name = call.class_name;
        query.matches = [](const CimRow&) { return true; };
    } else if (auto read = read_wql(call.filter)) {
        query = *std::move(read);
    } else {
        return failure(fault::cannot_process_filter, request, "The query is not valid.");
    }
    const auto rows = cim_class(*vm.state, call.name_space, query.class_name);
    if (!rows) return no_such_class(request);
    Pending pending{vm.index, {}, 0};
    for (const auto& row : *rows) {
        for (const auto& names : {query.columns, query.conditioned}) {
            for (const auto& name : names) {
                if (!has_column(row, name)) return no_such_class(request);
            }
        }
        if (!query.matches(row)) continue;
        pending.rows.push_back(
            query.columns.empty() ? render_instance(call.name_space, query.class_name, row)
                                  : render_columns(only_columns(row, query.columns))
        );
    }
    std::string body = "<n:EnumerateResponse>";
    const bool all = call.optimize && pending.rows.size() < 2;
    std::string items;
    if (call.optimize && !pending.rows.empty()) items = pending.rows[pending.at++];
    body += context_element(all ? std::string() : keep(std::move(pending)));
    if (call.optimize) body += "<w:Items>" + items + "</w:Items>";
    return body + (all ? "<w:EndOfSequence/>" : "") + "</n:EnumerateResponse>";
}

CimHost::Reply CimHost::pull(const Vm& vm, const SoapRequest& request) {
    const auto found = pending_.find(request.cim->context);
    if (found == pending_.end() || found->second.vm != vm.index) {
        return failure(fault::invalid_parameter, request);
    }
    auto pending = std::move(found->second);
    pending_.erase(found);
    std::string items;
    while (pending.at < pending.rows.size() && items.size() < page_octets)
        items += pending.rows[pending.at++];
    const bool last = pending.at == pending.rows.size();
    std::string body = "<n:PullResponse>";
    if (!last) body += context_element(keep(std::move(pending)));
    body += "<n:Items>" + items + "</n:Items>";
    return body + (last ? "<n:EndOfSequence/>" : "") + "</n:PullResponse>";
}

CimHost::Reply CimHost::answer(const Vm& vm, const SoapRequest& request) {
    const auto& call = *request.cim;
    if (vm.wire.manner == Manner::not_authorized) return failure(fault::access_denied, request);
    if (!vm.wire.cim || denied(*vm.state, call.name_space)) {
        return failure(fault::wmi_access_denied, request);
    }
    if (request.verb == "Enumerate") return enumerate(vm, request);
    if (request.verb == "Pull") return pull(vm, request);
    if (request.verb == "Invoke") return invoke(vm, request, stats_);
    if (request.verb == "Release") {
        pending_.erase(call.context);
        return std::string();
    }
    const auto rows = cim_class(*vm.state, call.name_space, call.class_name);
    if (!rows) return no_such_class(request);
    for (const auto& row : *rows) {
        const bool ours =
            std::all_of(call.selectors.begin(), call.selectors.end(), [&](const auto& selector) {
                return std::any_of(row.begin(), row.end(), [&](const auto& property) {
                    return rdpsweep::iequals(property.first, selector.first) &&
                           !property.second.texts.empty() &&
                           rdpsweep::iequals(property.second.texts.front(), selector.second);
                });
            });
        if (ours) return render_instance(call.name_space, call.class_name, row);
    }
    return no_such_class(request);
}

} // namespace simfleet
