// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon_record.h"

#include "util/clock.h"
#include "version.h"

#include <algorithm>
#include <cstring>
#include <unistd.h>

namespace fastpath {

Result<std::unique_ptr<DaemonRecord>> DaemonRecord::open(const Programs &programs) {
    Result<MappedMemory> meta = MappedMemory::of_map(programs.map("meta"), sizeof(fp_meta), "meta");
    if (!meta) {
        return tl::unexpected(meta.error());
    }
    Result<MappedMemory> reload = MappedMemory::of_map(programs.map("reload"), sizeof(fp_reload), "reload");
    if (!reload) {
        return tl::unexpected(reload.error());
    }
    return std::unique_ptr<DaemonRecord>(new DaemonRecord(std::move(*meta), std::move(*reload)));
}

void DaemonRecord::found(uint32_t bucket_count, const HashKey &hash_key) {
    meta_.bucket_mask = bucket_count - 1;
    std::copy(hash_key.begin(), hash_key.end(), std::begin(meta_.hash_key));
    meta_.abi_version = FP_ABI_VERSION; // last: before it the pins are nobody's
}

void DaemonRecord::announce(uint32_t max_entries) {
    meta_.daemon_pid = static_cast<uint32_t>(::getpid());
    meta_.started_ns = monotonic_ns();
    meta_.heartbeat_ns = meta_.started_ns;
    meta_.max_entries = max_entries;
    std::strncpy(meta_.daemon_version, version, sizeof(meta_.daemon_version) - 1);
}

} // namespace fastpath
