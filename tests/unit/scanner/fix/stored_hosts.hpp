// The hosts of a run, from memory in place of a store.
#pragma once

#include "core/outcome.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace rdpsweep::test {

class StoredHosts final : public HostReader {
public:
    explicit StoredHosts(std::vector<HostResult> all) : all_(std::move(all)) {}

    Status for_each(const std::function<void(const HostResult&)>& visit) override {
        for (const auto& host : all_)
            visit(host);
        return {};
    }

private:
    std::vector<HostResult> all_;
};

} // namespace rdpsweep::test
