// SPDX-License-Identifier: Apache-2.0
#include "ctl/arguments.h"

#include "dns/type_text.h"
#include "util/address.h"

#include <algorithm>
#include <linux/bpf.h>
#include <map>

namespace fastpath::ctl {

namespace {

constexpr const char *local_resolver = "local";

IpAddress address_of(const std::string &label, const std::string &text) {
    const Result<IpAddress> address = parse_address(text);
    if (!address) {
        throw CLI::ValidationError(label, address.error().message);
    }
    return *address;
}

WireName name_of(const std::string &label, const std::string &text) {
    Result<WireName> wire = name_from_text(text);
    if (!wire) {
        throw CLI::ValidationError(label, wire.error().message);
    }
    return std::move(*wire);
}

void add_address(CLI::App &command, const std::string &label, std::optional<IpAddress> &address, const char *help) {
    const auto take = [label, &address](const std::string &text) { address = address_of(label, text); };
    command.add_option_function<std::string>(label, take, help)->type_name("ADDR");
}

// A prefix as the filter of the capture has it: an address, and a mask of the bits that count.
void take_prefix(const std::string &text, fp_capture_filter &filter) {
    const Result<IpPrefix> prefix = parse_prefix(text);
    if (!prefix) {
        throw CLI::ValidationError("--address", prefix.error().message);
    }
    filter.address = prefix->address.abi();
    for (unsigned bit = 0; bit < prefix->length; bit++) {
        filter.address_mask.octets[bit / 8] |= static_cast<__u8>(0x80U >> bit % 8);
    }
}

void take_zone(const std::string &text, fp_capture_filter &filter) {
    const WireName zone = name_of("--zone", text);
    filter.zone_len = static_cast<__u32>(zone.size());
    std::copy(zone.begin(), zone.end(), std::begin(filter.zone));
}

const std::map<std::string, uint32_t> verdict_bits = {{"tx", 1U << XDP_TX},
                                                      {"redirect", 1U << XDP_REDIRECT},
                                                      {"drop", 1U << XDP_DROP},
                                                      {"aborted", 1U << XDP_ABORTED},
                                                      {"pass", 1U << XDP_PASS}};

} // namespace

void add_name(CLI::App &command, const char *label, std::optional<WireName> &name) {
    const auto take = [label, &name](const std::string &text) { name = name_of(label, text); };
    command.add_option_function<std::string>(label, take, "a domain name, with or without the dot at the end")
        ->required();
}

CLI::Option &add_type(CLI::App &command, std::optional<uint16_t> &qtype, const char *help) {
    const auto take = [&qtype](const std::string &text) {
        qtype = type_from_text(text);
        if (!qtype) {
            throw CLI::ValidationError("TYPE",
                                       "unknown record type '" + text + "'; without a name it is written as TYPE65280");
        }
    };
    return *command.add_option_function<std::string>("TYPE", take, help);
}

void add_file(CLI::App &command, std::optional<std::string> &file, const char *help) {
    const auto take = [&file](const std::string &text) {
        if (text.empty()) {
            throw CLI::ValidationError("FILE", "the name of the file is empty");
        }
        file = text;
    };
    command.add_option_function<std::string>("FILE", take, help)->required();
}

void add_upstream(CLI::App &command, std::optional<std::string> &upstream) {
    const auto take = [&upstream](const std::string &text) {
        const Result<IpAddress> address = parse_address(text);
        if (!address && text != local_resolver) {
            throw CLI::ValidationError("ADDR", address.error().message + "; or \"local\": the resolver on this host");
        }
        upstream = address ? to_string(*address) : text;
    };
    command.add_option_function<std::string>("ADDR", take, "the address of an upstream, or local")->required();
}

void add_top_options(CLI::App &command, Invocation &asked) {
    const std::map<std::string, TopOf> subjects = {
        {"names", TopOf::names}, {"clients", TopOf::clients}, {"types", TopOf::types}};
    command.add_option("WHAT", asked.top_of, "what the rows are about")
        ->required()
        ->transform(CLI::CheckedTransformer(subjects))
        ->option_text("names|clients|types");
    command.add_option("-n,--rows", asked.rows, "how many rows")
        ->check(CLI::Range(1U, 10'000U))
        ->type_name("N")
        ->capture_default_str();
}

void add_explain_options(CLI::App &command, Invocation &asked) {
    add_name(command, "NAME", asked.name);
    add_type(command, asked.qtype, "a record type, such as MX or TYPE65280").required();
    add_address(command, "--client", asked.client, "who asks; default: the address that is asked");
    add_address(command, "--server", asked.server, "the address that is asked; default: the first listen address");
    CLI::Option &dnssec = *command.add_flag("--do", asked.query.dnssec_ok, "with DO=1: wants DNSSEC records");
    command.add_flag("--cd", asked.query.checking_disabled, "with CD=1: wants no validation");
    command.add_flag("--ad", asked.query.authentic_data,
                     "with AD=1, as dig asks: wants to know whether the answer is validated");
    CLI::Option &size = *command.add_option("--edns", asked.query.payload_size, "the payload size in the query's OPT")
                             ->type_name("SIZE")
                             ->default_str("1232");
    command
        .add_flag_callback(
            "--no-edns", [&asked] { asked.query.payload_size.reset(); }, "without OPT")
        ->excludes(&dnssec)
        ->excludes(&size);
}

void add_capture_options(CLI::App &command, CaptureOptions &capture) {
    fp_capture_filter &filter = capture.filter;
    filter.verdicts = ~(1U << XDP_PASS); // those that tcpdump sees as well
    filter.per_second = default_capture_rate;
    command.add_option("FILE", capture.file, "a pcapng file, or - for standard output: ... | tcpdump -r -")->required();
    command
        .add_option_function<std::string>(
            "--address", [&filter](const std::string &text) { take_prefix(text, filter); },
            "only from and to these: of clients, listen addresses or upstreams")
        ->type_name("PREFIX");
    command
        .add_option_function<std::string>(
            "--zone", [&filter](const std::string &text) { take_zone(text, filter); },
            "only names at and below this one")
        ->type_name("NAME");
    command
        .add_option_function<std::vector<std::string>>(
            "--verdict",
            [&filter](const std::vector<std::string> &words) {
                filter.verdicts = 0;
                for (const std::string &word : words) {
                    filter.verdicts |= verdict_bits.at(word);
                }
            },
            "only what ended so; default: all but pass, which tcpdump sees as well")
        ->delimiter(',')
        ->check(CLI::IsMember(verdict_bits))
        ->type_name("VERDICT,...");
    command.add_option("--rate", filter.per_second, "packets a second at most, each with what became of it")
        ->check(CLI::Range(1U, 1'000'000U))
        ->type_name("N")
        ->capture_default_str();
    command.add_option("--count", capture.count, "end after so many packets")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command.add_option("--seconds", capture.seconds, "end after so long; default: when it is interrupted")
        ->check(CLI::Range(1U, 86'400U))
        ->type_name("S");
}

} // namespace fastpath::ctl
