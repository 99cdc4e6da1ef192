// SPDX-License-Identifier: Apache-2.0
#include "unit/ctl_cached_answer.h"

#include <vector>

namespace fastpath::test {

Entry cached(const ResponseText &text, const CachedQuery &query) {
    const std::vector<uint8_t> wire = to_wire(text);
    const Message message = parse_message(wire).value();
    const Lifetime lifetime = decide(message, query.query_bits, {}).value();
    const EntryContext context = {
        .key = key_of(message.qname, message.qtype, query.query_bits, query.view, query.hash_key),
        .query_bits = query.query_bits,
        .view = query.view,
        .limit = query.limit,
        .born_ns = query.born_ns,
    };
    return build_entry(message, lifetime, context, {}).value();
}

} // namespace fastpath::test
