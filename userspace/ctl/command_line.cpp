// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_line.h"

#include "ctl/arguments.h"

#include <CLI/CLI.hpp>
#include <string>
#include <version.h>

namespace fastpath::ctl {

namespace {

constexpr const char *any_type = "a record type, such as MX or TYPE65280; default: all types";
constexpr const char *exit_codes = "Exit codes: 0 fine, 1 failed or degraded, 2 bad usage, 3 not running.";

CLI::App *add_command(CLI::App &parent, const char *name, const char *help, Command command, Invocation &asked) {
    CLI::App *const added = parent.add_subcommand(name, help);
    added->callback([&asked, command] { asked.command = command; });
    return added;
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
    add_type(get, asked.qtype, any_type);
    add_command(cache, "dump", "show all answers", cache_dump, asked);
    CLI::App &flush = *add_command(cache, "flush", "forget the answers for a name", cache_flush, asked);
    add_name(flush, "NAME", asked.name);
    add_type(flush, asked.qtype, any_type);
    CLI::App &flush_zone =
        *add_command(cache, "flush-zone", "forget a name and all names below it", cache_flush, asked);
    add_name(flush_zone, "ZONE", asked.zone);
    add_command(cache, "flush-all", "forget all answers", cache_flush, asked);
    CLI::App &save = *add_command(cache, "save", "write all answers to a file", cache_save, asked);
    add_file(save, asked.file, "the file to replace; - for standard output");
    CLI::App &load = *add_command(cache, "load", "put the answers of such a file into the cache", cache_load, asked);
    add_file(load, asked.file, "a file that `cache save` or the daemon has written; - for standard input");
}

void add_insight_commands(CLI::App &app, Invocation &asked) {
    CLI::App &top = *add_command(
        app, "top", "what is asked most, or who asks most: estimated from samples of the last minute", show_top, asked);
    add_top_options(top, asked);
    CLI::App &explaining = *add_command(
        app, "explain", "what the loaded program would do with a query, and why; nothing is sent and nothing changes",
        explain, asked);
    add_explain_options(explaining, asked);
    CLI::App &capturing = *add_command(
        app, "capture", "packets that are answered or dropped before tcpdump sees them, as they came and as they left",
        capture, asked);
    add_capture_options(capturing, asked.capture);
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
    add_insight_commands(app, asked);
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
        if (asked.json && asked.capture.file == "-") {
            throw CLI::ValidationError("--json", "standard output is where the packets go");
        }
    } catch (const CLI::ParseError &error) {
        return tl::unexpected(app.exit(error, out, err) == 0 ? ExitCode::fine : ExitCode::usage);
    }
    return asked;
}

} // namespace fastpath::ctl
