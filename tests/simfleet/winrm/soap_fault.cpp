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
    bool provider;            // wrapped in f:ProviderFault, as faults of the shell plug-in are
    std::string_view text;
};

constexpr std::array shapes{
    Shape{fault::access_denied, "s:Sender", "w:AccessDenied", "", false, "Access is denied."},
    Shape{
        fault::not_supported,
        "s:Receiver",
        "w:InternalError",
        "",
        false,
        "The request is not supported."},
    Shape{
        fault::invalid_parameter,
        "s:Receiver",
        "w:InternalError",
        "",
        true,
        "The parameter is incorrect."},
    Shape{fault::busy, "s:Sender", "w:Concurrency", "", true, "The requested resource is in use."},
    Shape{
        fault::operation_aborted,
        "s:Receiver",
        "w:InternalError",
        "",
        false,
        "The operation was aborted because a thread ended or an application asked for it."},
    Shape{
        fault::name_too_long,
        "s:Receiver",
        "w:InternalError",
        "",
        true,
        "The filename or extension is too long."},
    Shape{
        fault::invalid_action,
        "s:Sender",
        "a:ActionNotSupported",
        "",
        false,
        "The action is not supported by the resource."},
    Shape{
        fault::invalid_header,
        "s:Sender",
        "a:InvalidMessageInformationHeader",
        "",
        false,
        "A header of the request is invalid."},
    Shape{
        fault::must_understand,
        "s:MustUnderstand",
        "",
        "",
        false,
        "A header that must be understood is not."},
    Shape{
        fault::header_required,
        "s:Sender",
        "a:MessageInformationHeaderRequired",
        "",
        false,
        "A required header is missing."},
    Shape{
        fault::timed_out,
        "s:Receiver",
        "w:TimedOut",
        "OperationTimeout",
        false,
        "The operation did not finish within the time specified in OperationTimeout."},
    Shape{
        fault::invalid_options,
        "s:Sender",
        "w:InvalidOptions",
        "NotSupported",
        false,
        "An option of the request must be complied with and is unknown."},
    Shape{
        fault::invalid_resource,
        "s:Sender",
        "a:DestinationUnreachable",
        "InvalidResourceURI",
        false,
        "The resource URI is missing or has a format that is not valid."},
    Shape{
        fault::schema,
        "s:Sender",
        "w:SchemaValidationError",
        "",
        false,
        "The SOAP XML in the message does not match the corresponding XML schema definition."},
    Shape{
        fault::insufficient_selectors,
        "s:Sender",
        "w:InvalidSelectors",
        "InsufficientSelectors",
        false,
        "The request lacks a selector of the resource."},
    Shape{
        fault::unexpected_selectors,
        "s:Sender",
        "w:InvalidSelectors",
        "UnexpectedSelectors",
        false,
        "The request contained selectors that are invalid for the resource."},
    Shape{
        fault::addressing_mode,
        "s:Sender",
        "w:UnsupportedFeature",
        "AddressingMode",
        false,
        "Only anonymous reply addresses are supported."},
    Shape{
        fault::min_envelope,
        "s:Sender",
        "w:EncodingLimit",
        "MinimumEnvelopeLimit",
        false,
        "MaxEnvelopeSize is below 8192."},
    Shape{
        fault::locale_must_understand,
        "s:Sender",
        "w:UnsupportedFeature",
        "Locale",
        false,
        "Locale cannot be required to be understood."},
    Shape{
        fault::cannot_process_filter,
        "s:Sender",
        "n:CannotProcessFilter",
        "",
        false,
        "The WS-Management service cannot process the request. The WMI service or the WMI provider "
        "returned an error."},
    Shape{
        fault::wql_resource_uri,
        "s:Sender",
        "w:InvalidResourceURI",
        "",
        false,
        "A filter of this dialect needs a resource URI of all classes."},
    Shape{
        fault::wmi_access_denied,
        "s:Sender",
        "w:AccessDenied",
        "",
        false,
        "The WMI service reported an access denied error."},
    Shape{
        fault::quota_shells,
        "s:Receiver",
        "w:QuotaLimit",
        "",
        false,
        "The user is allowed a limited number of concurrent shells and has exceeded it. Close "
        "existing shells or raise the quota for this user."},
    Shape{
        fault::shells_forbidden,
        "s:Receiver",
        "w:InternalError",
        "",
        false,
        "Access to the Windows Remote Shell is not allowed on this computer."},
};

constexpr Shape unknown_shape{0, "s:Receiver", "w:InternalError", "", false, "Internal error."};

const Shape& shape_of(std::uint32_t code) {
    const auto* found = std::find_if(shapes.begin(), shapes.end(), [code](const Shape& shape) {
        return shape.code == code;
    });
    return found == shapes.end() ? unknown_shape : *found;
}

std::string wsman_fault(const SoapFault& fault, const Shape& shape, std::string_view machine) {
    const std::string text = xml_escape(fault.message.empty() ? shape.text : fault.message) + " ";
    std::string out =
        "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"";
    out += std::to_string(fault.code) + "\" Machine=\"" + xml_escape(machine) + "\"><f:Message>";
    if (shape.provider) {
        out += "<f:ProviderFault provider=\"Shell cmd plugin\" "
               "path=\"%systemroot%\\system32\\winrscmd.dll\">" +
               text + "</f:ProviderFault>";
    } else {
        out += text;
    }
    return out + "</f:Message></f:WSManFault>";
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
