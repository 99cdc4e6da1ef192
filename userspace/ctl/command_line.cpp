// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_line.h"

#include "ctl/records.h"
#include "dns/type_text.h"
#include "util/address.h"

#include <CLI/CLI.hpp>
#include <string>
#include <version.h>

namespace fastpath::ctl {

namespace {

constexpr const char *local_resolver = "local";
constexpr const char *exit_codes = "Exit codes: 0 fine, 1 failed or degraded, 2 bad usage, 3 not running.";

CLI::App *add_command(CLI::App &parent, const char *name, const char *help, Command command, Invocation &asked) {
    CLI::App *const added = parent.add_subcommand(name, help);
    added->callback([&asked, command] { asked.command = command; });
    return added;
}

// Bad values are usage errors. An empty one is bad too: a flush of "$name" must not become a flush of everything.
void add_name(CLI::App &command, const char *label, std::optional<WireName> &name) {
    const auto take = [label, &name](const std::string &text) {
        Result<WireName> wire = name_from_text(text);
        if (!wire) {
            throw CLI::ValidationError(label, wire.error().message);
        }
        name = std::move(*wire);
    };
    command.add_option_function<std::string>(label, take, "a domain name, with or without the dot at the end")
        ->required();
}

void add_type(CLI::App &command, std::optional<uint16_t> &qtype) {
    const auto take = [&qtype](const std::string &text) {
        qtype = type_from_text(text);
        if (!qtype) {
            throw CLI::ValidationError("TYPE",
                                       "unknown record type '" + text + "'; without a name it is written as TYPE65280");
        }
    };
    command.add_option_function<std::string>("TYPE", take,
                                             "a record type, such as MX or TYPE65280; default: all types");
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

void add_upstream_commands(CLI::App &app, Invocation &asked) {
    add_command(app, "upstreams", "who resolves misses: state, rate, rtt, unanswered ratio; exit 1 where degraded",
                show_upstreams, asked);
    CLI::App &out =
        *add_command(app, "drain", "send no more queries to an upstream, in none of its pools", drain, asked);
    add_upstream(out, asked.upstream);
    CLI::App &back = *add_command(app, "undrain", "put an upstream back that was drained", undrain, asked);
    add_upstream(back, asked.upstream);
}

void add_cache_commands(CLI::App &app, Invocation &asked) {
    CLI::App &cache = *app.add_subcommand("cache", "look at the answers in the cache, or take some out");
    cache.require_subcommand(1);

    CLI::App &get = *add_command(cache, "get", "show the answers for a name", cache_get, asked);
    add_name(get, "NAME", asked.name);
    add_type(get, asked.qtype);
    add_command(cache, "dump", "show all answers", cache_dump, asked);
    CLI::App &flush = *add_command(cache, "flush", "forget the answers for a name", cache_flush, asked);
    add_name(flush, "NAME", asked.name);
    add_type(flush, asked.qtype);
    CLI::App &flush_zone =
        *add_command(cache, "flush-zone", "forget a name and all names below it", cache_flush, asked);
    add_name(flush_zone, "ZONE", asked.zone);
    add_command(cache, "flush-all", "forget all answers", cache_flush, asked);
    CLI::App &save = *add_command(cache, "save", "write all answers to a file", cache_save, asked);
    add_file(save, asked.file, "the file to replace; - for standard output");
    CLI::App &load = *add_command(cache, "load", "put the answers of such a file into the cache", cache_load, asked);
    add_file(load, asked.file, "a file that `cache save` or the daemon has written; - for standard input");
}

} // namespace

void declare_commands(CLI::App &app, Invocation &asked) {
    app.set_version_flag("--version", std::string("dns-fastpathctl ") + version);
    app.set_help_all_flag("--help-all", "print the help of all commands");
    app.add_flag("--json", asked.json, "print JSON");
    app.add_option("--pins", asked.pins, "where the maps are pinned")->type_name("DIR")->capture_default_str();
    app.footer(exit_codes);
    app.require_subcommand(1);
    app.fallthrough(); // --json may also stand behind the command

    add_command(app, "status", "interfaces, daemon, hit ratio and fill; exit 1 where degraded", show_status, asked);
    add_command(app, "stats", "every counter by its metric name", show_stats, asked);
    add_upstream_commands(app, asked);
    add_cache_commands(app, asked);
    add_command(app, "doctor", "what on this host would hurt, and the remedy; exit 1 where there is something to do",
                show_doctor, asked);
    add_command(app, "reload", "have the daemon read its config again, and say what that changed; exit 1 where refused",
                reload, asked);
    add_command(app, "detach", "take the programs off all interfaces now", detach, asked);
}

tl::expected<Invocation, ExitCode> parse_command_line(int argc, const char *const *argv, std::ostream &out,
                                                      std::ostream &err) {
    Invocation asked;
    CLI::App app("Looks into a running dns-fastpath by its pinned maps; works without the daemon as well.",
                 "dns-fastpathctl");
    declare_commands(app, asked);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return tl::unexpected(app.exit(error, out, err) == 0 ? ExitCode::fine : ExitCode::usage);
    }
    return asked;
}

} // namespace fastpath::ctl
