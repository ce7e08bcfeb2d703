// Renders faults; the texts are our own words, the codes and shapes are Windows'.
#include "tests/simfleet/winrm/soap_fault.hpp"

#include "tests/simfleet/winrm/soap_reply.hpp"

#include <algorithm>
#include <array>

namespace simfleet {

namespace {

constexpr std::string_view uri_detail = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/";

struct Shape {
    std::uint32_t code;
    std::string_view role;    // s:Sender or s:Receiver
    std::string_view subcode; // a QName in the envelope's prefixes
    std::string_view detail;  // last part of w:FaultDetail; empty: none
    FaultProvider provider;
    std::string_view text;
};

constexpr std::array shapes{
    Shape{
        fault::access_denied,
        "s:Sender",
        "w:AccessDenied",
        "",
        FaultProvider::none,
        "Access is denied."},
    Shape{
        fault::not_supported,
        "s:Receiver",
        "w:InternalError",
        "",
        FaultProvider::none,
        "The request is not supported."},
    Shape{
        fault::invalid_parameter,
        "s:Sender",
        "w:InvalidParameter",
        "InvalidValue",
        FaultProvider::shell,
        "The parameter is incorrect."},
    Shape{
        fault::busy,
        "s:Sender",
        "w:Concurrency",
        "",
        FaultProvider::shell,
        "The requested resource is in use."},
    Shape{
        fault::operation_aborted,
        "s:Receiver",
        "w:InternalError",
        "",
        FaultProvider::none,
        "The operation was aborted because a thread ended or an application asked for it."},
    Shape{
        fault::name_too_long,
        "s:Receiver",
        "w:InternalError",
        "",
        FaultProvider::shell,
        "The filename or extension is too long."},
    Shape{
        fault::invalid_action,
        "s:Sender",
        "a:ActionNotSupported",
        "",
        FaultProvider::none,
        "The action is not supported by the resource."},
    Shape{
        fault::invalid_header,
        "s:Sender",
        "a:InvalidMessageInformationHeader",
        "",
        FaultProvider::none,
        "A header of the request is invalid."},
    Shape{
        fault::must_understand,
        "s:MustUnderstand",
        "",
        "",
        FaultProvider::none,
        "A header that must be understood is not."},
    Shape{
        fault::header_required,
        "s:Sender",
        "a:MessageInformationHeaderRequired",
        "",
        FaultProvider::none,
        "A required header is missing."},
    Shape{
        fault::timed_out,
        "s:Receiver",
        "w:TimedOut",
        "OperationTimeout",
        FaultProvider::none,
        "The operation did not finish within the time specified in OperationTimeout."},
    Shape{
        fault::invalid_options,
        "s:Sender",
        "w:InvalidOptions",
        "NotSupported",
        FaultProvider::none,
        "An option of the request must be complied with and is unknown."},
    Shape{
        fault::invalid_resource,
        "s:Sender",
        "a:DestinationUnreachable",
        "InvalidResourceURI",
        FaultProvider::none,
        "The resource URI is missing or has a format that is not valid."},
    Shape{
        fault::schema,
        "s:Sender",
        "w:SchemaValidationError",
        "",
        FaultProvider::none,
        "The SOAP XML in the message does not match the corresponding XML schema definition."},
    Shape{
        fault::insufficient_selectors,
        "s:Sender",
        "w:InvalidSelectors",
        "InsufficientSelectors",
        FaultProvider::none,
        "The request lacks a selector of the resource."},
    Shape{
        fault::unexpected_selectors,
        "s:Sender",
        "w:InvalidSelectors",
        "UnexpectedSelectors",
        FaultProvider::none,
        "The request contained selectors that are invalid for the resource."},
    Shape{
        fault::addressing_mode,
        "s:Sender",
        "w:UnsupportedFeature",
        "AddressingMode",
        FaultProvider::none,
        "Only anonymous reply addresses are supported."},
    Shape{
        fault::min_envelope,
        "s:Sender",
        "w:EncodingLimit",
        "MinimumEnvelopeLimit",
        FaultProvider::none,
        "MaxEnvelopeSize is below 8192."},
    Shape{
        fault::locale_must_understand,
        "s:Sender",
        "w:UnsupportedFeature",
        "Locale",
        FaultProvider::none,
        "Locale cannot be required to be understood."},
    Shape{
        fault::cannot_process_filter,
        "s:Sender",
        "n:CannotProcessFilter",
        "",
        FaultProvider::wmi,
        "The WS-Management service cannot process the request. The WMI service or the WMI provider "
        "returned an error."},
    Shape{
        fault::wql_resource_uri,
        "s:Sender",
        "w:InvalidResourceURI",
        "",
        FaultProvider::wmi,
        "A filter of this dialect needs a resource URI of all classes."},
    Shape{
        fault::wmi_access_denied,
        "s:Sender",
        "w:AccessDenied",
        "",
        FaultProvider::wmi,
        "The WMI service reported an access denied error."},
    Shape{
        fault::quota_shells,
        "s:Receiver",
        "w:QuotaLimit",
        "",
        FaultProvider::none,
        "The user is allowed a limited number of concurrent shells and has exceeded it. Close "
        "existing shells or raise the quota for this user."},
    Shape{
        fault::shells_forbidden,
        "s:Receiver",
        "w:InternalError",
        "",
        FaultProvider::none,
        "Access to the Windows Remote Shell is not allowed on this computer."},
};

constexpr Shape unknown_shape{
    0, "s:Receiver", "w:InternalError", "", FaultProvider::none, "Internal error."};

const Shape& shape_of(std::uint32_t code) {
    const auto* found = std::find_if(shapes.begin(), shapes.end(), [code](const Shape& shape) {
        return shape.code == code;
    });
    return found == shapes.end() ? unknown_shape : *found;
}

struct Plugin {
    std::string_view name, path;
};

constexpr Plugin plugin_of(FaultProvider provider) {
    switch (provider) {
    case FaultProvider::wmi:
        return {"WMI Provider", "%systemroot%\\system32\\WsmWmiPl.dll"};
    case FaultProvider::config:
        return {"Config provider", "%systemroot%\\system32\\WsmSvc.dll"};
    default:
        return {"Shell cmd plugin", "%systemroot%\\system32\\winrscmd.dll"};
    }
}

std::string one_fault(std::uint32_t code, std::string_view machine, const std::string& message) {
    return "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
           "Code=\"" +
           std::to_string(code) + "\" Machine=\"" + xml_escape(machine) + "\"><f:Message>" +
           message + "</f:Message></f:WSManFault>";
}

// What WMI's __ExtendedStatus has of a question that failed.
std::string extended_status(const SoapFault& fault) {
    if (fault.operation.empty()) return {};
    constexpr std::string_view type =
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/__ExtendedStatus";
    return "<f:ExtendedError><p:__ExtendedStatus "
           "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:p=\"" +
           std::string(type) +
           "\" xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" "
           "xsi:type=\"p:__ExtendedStatus_Type\"><p:Description xsi:nil=\"true\"/><p:Operation>" +
           fault.operation + "</p:Operation><p:ParameterInfo>" + xml_escape(fault.parameter) +
           "</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>"
           "<p:StatusCode xsi:nil=\"true\"/></p:__ExtendedStatus></f:ExtendedError>";
}

// The shell's plug-in says a text; WMI's and that of the configuration put a whole fault inside.
std::string wsman_fault(const SoapFault& fault, const Shape& shape, std::string_view machine) {
    const auto provider = fault.provider.value_or(shape.provider);
    const auto plugin = plugin_of(provider);
    std::string text = xml_escape(fault.message.empty() ? shape.text : fault.message) + " ";
    if (provider == FaultProvider::none) return one_fault(fault.code, machine, text);
    if (provider != FaultProvider::shell) {
        text = one_fault(fault.code, machine, text) + extended_status(fault);
    }
    return one_fault(
        fault.code,
        machine,
        "<f:ProviderFault provider=\"" + std::string(plugin.name) + "\" path=\"" +
            std::string(plugin.path) + "\">" + text + "</f:ProviderFault>"
    );
}

} // namespace

std::string render_fault(const SoapFault& fault, std::string_view machine) {
    const Shape& shape = shape_of(fault.code);
    std::string body = "<s:Fault><s:Code><s:Value>";
    body += shape.role;
    body += "</s:Value>";
    if (!shape.subcode.empty()) {
        body += "<s:Subcode><s:Value>";
        body += shape.subcode;
        body += "</s:Value></s:Subcode>";
    }
    body += "</s:Code><s:Reason><s:Text xml:lang=\"en-US\">";
    body += shape.text;
    body += " </s:Text></s:Reason><s:Detail>";
    if (!shape.detail.empty()) {
        body += "<w:FaultDetail>";
        body += uri_detail;
        body += shape.detail;
        body += "</w:FaultDetail>";
    }
    body += wsman_fault(fault, shape, machine) + "</s:Detail></s:Fault>";
    return render_envelope(
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", fault.relates_to, body
    );
}

} // namespace simfleet
