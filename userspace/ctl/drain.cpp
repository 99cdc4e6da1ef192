// SPDX-License-Identifier: Apache-2.0
#include "ctl/drain.h"

#include "bpf/mapped_memory.h"
#include "ctl/command.h"
#include "ctl/pinned.h"

#include <algorithm>
#include <atomic>

namespace fastpath::ctl {

namespace {

std::string known_names(std::span<const fp_upstream> elements) {
    std::set<std::string> names;
    for (const fp_upstream &element : elements) {
        if (element.state != FP_UPSTREAM_UNUSED) {
            names.insert(name_of(element));
        }
    }
    std::string list;
    for (const std::string &name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list.empty() ? "there is none" : "there are " + list;
}

// A copy of what is in use, as it is now.
std::vector<Upstream> copy_of(std::span<const fp_upstream> elements) {
    std::vector<Upstream> upstreams;
    for (const fp_upstream &element : elements) {
        if (element.state != FP_UPSTREAM_UNUSED) {
            upstreams.push_back({element, {}});
        }
    }
    return upstreams;
}

std::set<std::string> without_service(std::span<const fp_upstream> elements, const fp_resolver &resolver,
                                      const DrainReport &report) {
    const std::set<std::string> all = pools_without_service(copy_of(elements), resolver);
    std::set<std::string> concerned;
    for (const auto *const pools : {&report.changed, &report.unchanged}) {
        std::copy_if(pools->begin(), pools->end(), std::inserter(concerned, concerned.end()),
                     [&all](const std::string &pool) { return all.contains(pool); });
    }
    return concerned;
}

Json to_json(const DrainReport &report) {
    return {{"upstream", report.upstream},
            {"drained", report.drained},
            {"changed_in_pools", report.changed},
            {"unchanged_in_pools", report.unchanged},
            {"pools_without_service", report.without_service}};
}

// Through shared memory: a write of a whole element would undo what the daemon and the programs write into it.
Result<ExitCode> change(const Invocation &asked, const Pinned &pinned, Output &output, bool drained) {
    const Result<fp_resolver> resolver = resolver_of(pinned);
    const Result<UniqueFd> map = pinned.directory.open_map("upstreams");
    if (!resolver || !map) {
        return tl::unexpected(!resolver ? resolver.error() : map.error());
    }
    const Result<MappedMemory> memory =
        MappedMemory::of_map(map->get(), sizeof(fp_upstream) * FP_UPSTREAMS_MAX, "upstreams");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    const std::span elements(reinterpret_cast<fp_upstream *>(memory->data()), FP_UPSTREAMS_MAX);
    const Result<DrainReport> report = set_drained(elements, *resolver, *asked.upstream, drained);
    if (!report) {
        return tl::unexpected(report.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*report));
    } else {
        print_report(output, *report);
    }
    return ExitCode::fine;
}

} // namespace

Result<DrainReport> set_drained(std::span<fp_upstream> elements, const fp_resolver &resolver, const std::string &name,
                                bool drained) {
    DrainReport report = {.upstream = name, .drained = drained};
    for (fp_upstream &element : elements) {
        if (element.state == FP_UPSTREAM_UNUSED || name_of(element) != name) {
            continue;
        }
        const uint32_t before = std::atomic_ref<__u32>(element.drained).exchange(drained ? 1 : 0);
        (before == uint32_t{drained} ? report.unchanged : report.changed).push_back(pool_of(element));
    }
    if (report.changed.empty() && report.unchanged.empty()) {
        return fail("no upstream " + name + "; " + known_names(elements));
    }
    report.without_service = without_service(elements, resolver, report);
    return report;
}

void print_report(Output &output, const DrainReport &report) {
    const char *const now = report.drained ? "drained" : "not drained any more";
    const char *const already = report.drained ? "drained already" : "not drained, and was not";
    for (const std::string &pool : report.changed) {
        output.stream << report.upstream << ": " << now << " in pool " << pool << '\n';
    }
    for (const std::string &pool : report.unchanged) {
        output.stream << report.upstream << ": " << already << " in pool " << pool << '\n';
    }
    for (const std::string &pool : report.without_service) {
        output.stream << "warning: no upstream of pool " << pool
                      << " is serving now: its misses get a stale answer, or go to the resolver on this host\n";
    }
}

Result<ExitCode> drain(const Invocation &asked, Pinned &pinned, Output &output) {
    return change(asked, pinned, output, true);
}

Result<ExitCode> undrain(const Invocation &asked, Pinned &pinned, Output &output) {
    return change(asked, pinned, output, false);
}

} // namespace fastpath::ctl
