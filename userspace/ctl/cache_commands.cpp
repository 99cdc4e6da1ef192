// SPDX-License-Identifier: Apache-2.0
// cache get, dump, flush, flush-zone, flush-all. All of them walk the whole index: for which views and query bits a name was
// asked is not known beforehand.
#include "cache/age.h"
#include "cache/answer_reader.h"
#include "ctl/answer_text.h"
#include "ctl/command.h"
#include "ctl/pinned.h"
#include "ctl/records.h"
#include "ctl/selection.h"
#include "dns/type_text.h"
#include "util/clock.h"

#include <string>

namespace fastpath::ctl {

namespace {

// Prints one answer after the other, so that a dump needs no memory for all of them.
class AnswerPrinter {
  public:
    explicit AnswerPrinter(Output &output) : output_(output) {}

    void print(const AnswerCopy &answer, uint32_t age) {
        if (output_.json) {
            output_.stream << (count_ == 0 ? "[\n" : ",\n");
            print_json_line(output_.stream, to_json(answer, age));
        } else {
            print_zone_lines(output_.stream, answer, age);
        }
        count_++;
    }

    // Returns how many were printed.
    uint64_t finish() {
        if (output_.json) {
            output_.stream << (count_ == 0 ? "[]\n" : "\n]\n");
        }
        return count_;
    }

  private:
    Output &output_;
    uint64_t count_ = 0;
};

// Prints what is selected and may still be given, also what only may be given stale; returns how many.
Result<uint64_t> print_selected(const Invocation &asked, const Pinned &pinned, Output &output) {
    const Result<fp_settings> settings = settings_of(pinned);
    if (!settings) {
        return tl::unexpected(settings.error());
    }
    Result<AnswerMaps> answers = open_answers(pinned);
    if (!answers) {
        return tl::unexpected(answers.error());
    }
    AnswerPrinter printer(output);
    for_each_answer(*answers, [&](const AnswerCopy &answer) {
        const uint64_t now = monotonic_ns();
        if (is_selected(asked, answer.name(), answer.head().qtype) &&
            !is_dead(answer.head(), now, settings->stale_max_age)) {
            printer.print(answer, age_of(answer.head(), now));
        }
    });
    return printer.finish();
}

} // namespace

Result<ExitCode> cache_get(const Invocation &asked, Pinned &pinned, Output &output) {
    const Result<uint64_t> printed = print_selected(asked, pinned, output);
    if (!printed) {
        return tl::unexpected(printed.error());
    }
    if (*printed == 0) {
        const std::string type = asked.qtype ? " " + type_to_text(*asked.qtype) : "";
        return fail("the cache holds no answer for " + name_to_text(*asked.name) + type);
    }
    return ExitCode::fine;
}

Result<ExitCode> cache_dump(const Invocation &asked, Pinned &pinned, Output &output) {
    return print_selected(asked, pinned, output).map([](uint64_t) { return ExitCode::fine; });
}

Result<ExitCode> cache_flush(const Invocation &asked, Pinned &pinned, Output &output) {
    Result<AnswerMaps> answers = open_answers(pinned);
    if (!answers) {
        return tl::unexpected(answers.error());
    }
    if (Result<> announced = announce_flush(pinned); !announced) {
        return tl::unexpected(announced.error());
    }
    uint64_t flushed = 0;
    for_each_answer(*answers, [&](AnswerCopy &answer) {
        if (answer.head().lifetime != 0 && is_selected(asked, answer.name(), answer.head().qtype)) {
            answer.flush();
            flushed++;
        }
    });
    if (output.json) {
        print_json(output.stream, {{"flushed", flushed}});
    } else {
        output.stream << "flushed " << flushed << (flushed == 1 ? " answer\n" : " answers\n");
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
