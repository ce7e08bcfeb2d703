// The connection to Azure's storage: opened when it is needed, and again where it was lost.
#pragma once

#include "core/outcome.hpp"
#include "transports/disk/sas_answer.hpp"
#include "transports/disk/sas_url.hpp"
#include "transports/services.hpp"

#include <memory>

struct ssl_ctx_st;

namespace rdpsweep::disk {

// What is asked for.
struct RangeQuestion {
    ByteRange range;
    std::string etag;          // only of the blob that has it; empty: of any
    Phase phase = Phase::open; // of the attempt, once it is connected
};

class SasLink {
public:
    // Both must outlive it.
    SasLink(Services& services, Attempt& attempt) : services_(services), attempt_(attempt) {}

    // Asks for a range of the blob. Error{resolve | connect | tls | http, ...}: its words are about
    // storages; none of them names one.
    Task<Result<net::HttpResponse>>
    get(const SasUrl& url, const RangeQuestion& question, HostDeadline& deadline);

private:
    Task<Status> connect(const SasUrl& url, HostDeadline& deadline);
    Task<Status> dial(const SasUrl& url, HostDeadline& deadline);

    Services& services_;
    Attempt& attempt_;
    std::shared_ptr<ssl_ctx_st> trust_; // made for the first connection
    std::string where_;                 // what connection_ leads to
    std::unique_ptr<net::HttpConnection> connection_;
    bool again_ = false; // there was a connection before
};

} // namespace rdpsweep::disk
