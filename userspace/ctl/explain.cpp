// SPDX-License-Identifier: Apache-2.0
// explain: builds the query, has the loaded program say what it would do with it, and looks up what the numbers stand for.
#include "bpf/explainer.h"
#include "ctl/command.h"
#include "ctl/explanation.h"
#include "ctl/pinned.h"
#include "ctl/policy_names.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <net/if.h>

namespace fastpath::ctl {

namespace {

// Who is asked: as said, else the first listen address of the client's family.
Result<IpAddress> server_for(const Invocation &asked, const std::set<IpAddress> &listeners) {
    if (asked.server) {
        return *asked.server;
    }
    const auto fits = [&asked](const IpAddress &address) {
        return !asked.client || asked.client->is_ipv4() == address.is_ipv4();
    };
    const auto found = std::find_if(listeners.begin(), listeners.end(), fits);
    if (found == listeners.end()) {
        return fail("there is no listen address of this family; name one with --server");
    }
    return *found;
}

Result<Query> query_of(const Invocation &asked, const std::set<IpAddress> &listeners) {
    const Result<IpAddress> server = server_for(asked, listeners);
    if (!server) {
        return tl::unexpected(server.error());
    }
    const IpAddress client = asked.client.value_or(*server);
    if (client.is_ipv4() != server->is_ipv4()) {
        return fail("--client and --server are of different families");
    }
    return Query{
        .client = client, .server = *server, .name = *asked.name, .qtype = *asked.qtype, .options = asked.query};
}

std::string interface_name(uint32_t ifindex) {
    std::array<char, IF_NAMESIZE> name = {};
    return ::if_indextoname(ifindex, name.data()) != nullptr ? name.data() : "interface " + std::to_string(ifindex);
}

std::string upstream_name(const Pinned &pinned, uint16_t number) {
    const Result<UniqueFd> map = pinned.directory.open_map("upstreams");
    const uint32_t key = number;
    fp_upstream upstream = {};
    const bool is_there = number != FP_UPSTREAM_NONE && map && bpf_map_lookup_elem(map->get(), &key, &upstream) == 0;
    return is_there ? name_of(upstream) : "";
}

Result<> add_names(ExplainedQuery &explained, const Pinned &pinned) {
    const fp_explanation &record = explained.record;
    const Result<std::optional<ClientRule>> rule = client_rule_of(pinned, record.generation, explained.query.client);
    if (!rule) {
        return tl::unexpected(rule.error());
    }
    const Result<std::string> view = view_name(pinned, record.view);
    if (!view) {
        return tl::unexpected(view.error());
    }
    if (*rule) {
        explained.rule = (*rule)->prefix;
    }
    explained.is_allowed = *rule && ((*rule)->row.allowed != 0 || (*rule)->row.is_upstream != 0);
    explained.view = *view;
    explained.pool = pool_name(pinned, record.generation, record.pool);
    explained.way_pool = pool_name(pinned, record.generation, record.way_pool);
    explained.upstream = record.way_chosen != 0 ? upstream_name(pinned, record.upstream) : "";
    explained.egress = record.egress != 0 ? interface_name(record.egress) : "";
    return {};
}

// As if it came in by an interface that the programs are on.
Result<uint32_t> ingress_of(const Pinned &pinned) {
    return attachments_of(pinned).map([](const std::vector<Attached> &interfaces) {
        const auto live =
            std::find_if(interfaces.begin(), interfaces.end(), [](const Attached &one) { return one.live; });
        return live != interfaces.end() ? live->ifindex : 0;
    });
}

Result<ExplainedQuery> run(const Query &query, const Pinned &pinned) {
    const Result<uint32_t> ingress = ingress_of(pinned);
    const Result<Explainer> explainer = Explainer::open(pinned.directory);
    if (!ingress || !explainer) {
        return tl::unexpected(!ingress ? ingress.error() : explainer.error());
    }
    Result<Explainer::Explained> said = explainer->run(query_packet(query), *ingress);
    if (!said) {
        return tl::unexpected(said.error());
    }
    ExplainedQuery explained;
    explained.query = query;
    explained.record = said->record;
    explained.packet = std::move(said->packet);
    return explained;
}

Result<ExplainedQuery> ask(const Invocation &asked, const Pinned &pinned) {
    const Result<std::set<IpAddress>> listeners = listeners_of(pinned);
    if (!listeners) {
        return tl::unexpected(listeners.error());
    }
    const Result<Query> query = query_of(asked, *listeners);
    if (!query) {
        return tl::unexpected(query.error());
    }
    Result<ExplainedQuery> explained = run(*query, pinned);
    if (!explained) {
        return explained;
    }
    explained->is_listener = listeners->contains(query->server);
    if (const Result<> named = add_names(*explained, pinned); !named) {
        return tl::unexpected(named.error());
    }
    return explained;
}

} // namespace

Result<ExitCode> explain(const Invocation &asked, Pinned &pinned, Output &output) {
    const Result<ExplainedQuery> explained = ask(asked, pinned);
    if (!explained) {
        return tl::unexpected(explained.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*explained));
    } else {
        print_explanation(output, *explained);
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
