// SPDX-License-Identifier: Apache-2.0
#include "daemon/interface_programs.h"

#include <algorithm>
#include <net/if.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

AttachMode attach_mode(InterfaceMode mode) {
    switch (mode) {
    case InterfaceMode::native:
        return AttachMode::native;
    case InterfaceMode::generic:
        return AttachMode::generic;
    case InterfaceMode::automatic:
        break;
    }
    return AttachMode::automatic;
}

std::vector<InterfaceConfig>::const_iterator find_interface(const std::vector<InterfaceConfig> &interfaces,
                                                            const Attached &attached) {
    return std::find_if(interfaces.begin(), interfaces.end(),
                        [&](const InterfaceConfig &interface) { return interface.name == attached.record.interface; });
}

} // namespace

Result<Attached> InterfacePrograms::attach_to(const InterfaceConfig &interface) {
    return attachments_.attach(interface.name, attach_mode(interface.mode), {programs_.fastpath(), programs_.learn()});
}

Result<> InterfacePrograms::attach(const std::vector<InterfaceConfig> &interfaces) {
    detach_where([](const Attached &old) { return !old.live; });
    for (const InterfaceConfig &interface : interfaces) {
        const Result<Attached> attached = attach_to(interface);
        if (!attached) {
            return tl::unexpected(attached.error());
        }
        spdlog::info("{}: attached in {} mode", interface.name,
                     attached->record.mode == FP_ATTACH_NATIVE ? "native" : "generic");
    }
    // Last, because up to here a start can fail, and then all is as it was.
    detach_where([&](const Attached &old) { return find_interface(interfaces, old) == interfaces.end(); });
    return {};
}

void InterfacePrograms::detach_where(const std::function<bool(const Attached &)> &unwanted) {
    for (const Attached &old : attachments_.list()) {
        if (!unwanted(old)) {
            continue;
        }
        if (const Result<> detached = attachments_.detach(old); !detached) {
            spdlog::warn("{}", detached.error().message);
        }
    }
}

void InterfacePrograms::attach_lost(const std::vector<InterfaceConfig> &interfaces,
                                    const std::function<void()> &on_attached) {
    for (const Attached &old : attachments_.list()) {
        const auto interface = find_interface(interfaces, old);
        if (old.live || ::if_nametoindex(old.record.interface) == 0 || interface == interfaces.end()) {
            continue;
        }
        attachments_.detach(old);
        if (const Result<Attached> attached = attach_to(*interface); attached) {
            spdlog::info("{}: its programs were gone, attached again", interface->name);
            on_attached();
        } else {
            spdlog::error("{}; its queries go to the resolver until the daemon is started again",
                          attached.error().message);
        }
    }
}

std::vector<Error> InterfacePrograms::detach() {
    std::vector<Error> errors;
    for (const Attached &attached : attachments_.list()) {
        if (const Result<> detached = attachments_.detach(attached); !detached) {
            errors.push_back(detached.error());
        }
    }
    return errors;
}

} // namespace fastpath
