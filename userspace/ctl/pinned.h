// SPDX-License-Identifier: Apache-2.0
// Pinned: the pins of a daemon that runs or once ran, as all commands find them.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/attachment.h"
#include "bpf/pin_directory.h"
#include "metrics/upstreams.h"
#include "util/address.h"
#include "util/result.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/snapshot.h>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace fastpath::ctl {

struct Pinned {
    PinDirectory directory;
    fp_meta meta;
};

// nullopt where nothing is pinned.
Result<std::optional<Pinned>> open_pinned(const std::filesystem::path &path);

Result<fp_counters> counters_of(const Pinned &pinned);
Result<fp_cache_counters> cache_counters_of(const Pinned &pinned);
Result<fp_snapshot> snapshot_of(const Pinned &pinned);
Result<fp_resolver> resolver_of(const Pinned &pinned);
Result<fp_settings> settings_of(const Pinned &pinned);              // of the generation in use
Result<std::vector<Attached>> attachments_of(const Pinned &pinned); // by name of the interface
Result<std::set<IpAddress>> listeners_of(const Pinned &pinned);     // of the generation in use
Result<std::vector<Upstream>> upstreams_of(const Pinned &pinned);
Result<AnswerMaps> open_answers(const Pinned &pinned);

// Changes fields of the element in place, beside those who read and write others.
Result<> change_meta(const Pinned &pinned, const std::function<void(fp_meta &)> &change);

// Tells the daemon not to cache what it was asked to learn before now. To be done before answers are flushed: one that is
// on its way to the daemon would come back after the flush otherwise.
Result<> announce_flush(const Pinned &pinned);

} // namespace fastpath::ctl
