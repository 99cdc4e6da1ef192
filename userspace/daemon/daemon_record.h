// SPDX-License-Identifier: Apache-2.0
// DaemonRecord: what the pins say of the daemon, by the maps `meta` and `reload`: whose they are, that it lives, and what came of its
// last reload.
#pragma once

#include "bpf/mapped_memory.h"
#include "bpf/programs.h"
#include "bpf/reload_record.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <memory>

namespace fastpath {

class DaemonRecord {
  public:
    static Result<std::unique_ptr<DaemonRecord>> open(const Programs &programs);

    // Of maps that are new: what they were made with. From here on the pins are those of this version.
    void found(uint32_t bucket_count, const HashKey &hash_key);

    // Whose pins they are now.
    void announce(uint32_t max_entries);

    void beat(uint64_t now_ns) { meta_.heartbeat_ns = now_ns; }
    void put(const ReloadRecord &reload) { write_reload(reload_, reload); }

    // Where others write down what they know.
    fp_meta &meta() { return meta_; }

  private:
    DaemonRecord(MappedMemory meta, MappedMemory reload)
        : meta_memory_(std::move(meta)), reload_memory_(std::move(reload)),
          meta_(*reinterpret_cast<fp_meta *>(meta_memory_.data())),
          reload_(*reinterpret_cast<fp_reload *>(reload_memory_.data())) {}

    MappedMemory meta_memory_;
    MappedMemory reload_memory_;
    fp_meta &meta_;
    fp_reload &reload_;
};

} // namespace fastpath
