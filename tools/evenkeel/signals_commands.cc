#include <chrono>
#include <cstdio>

#include "commands.h"
#include "context.h"
#include "loader.h"
#include "pipe_source.h"
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "evenkeel/bundle/bundle_files.h"
#include "evenkeel/bundle/byte_source.h"
#include "evenkeel/bundle/mapping.h"
#include "evenkeel/bundle/time_zones.h"

namespace evenkeel {
namespace {

struct LoadFlags {
  std::string file;
  std::string bundle;
  std::string source;
  std::string name;
  std::size_t batch_rows = 5000;
  double tick_after_hours = -1;
};

/// Counts what passes through.
class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(ByteSource& source) : source_(source) {}
  Result<std::size_t> Read(std::span<char> buffer) override {
    Result<std::size_t> got = source_.Read(buffer);
    if (got.ok()) bytes_ += *got;
    return got;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  ByteSource& source_;
  std::size_t bytes_ = 0;
};

/// One line on standard error, drawn over itself on a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t total_bytes) : total_bytes_(total_bytes) {}

  void Draw(const LoadFigures& figures, std::size_t bytes, bool last) {
    const auto now = std::chrono::steady_clock::now();
    if (!last && (!terminal_ || now - drawn_ < std::chrono::milliseconds(200))) return;
    drawn_ = now;
    const double share = static_cast<double>(bytes) / static_cast<double>(total_bytes_);
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const auto rows =
        static_cast<double>(figures.rows - std::min(figures.rows, figures.resumed_from));
    if (total_bytes_ == 0) {
      std::fprintf(stderr, "%s%lld rows  %.0f rows/s%s", terminal_ ? "\r" : "",
                   static_cast<long long>(figures.rows), seconds > 0 ? rows / seconds : 0,
                   last ? "\n" : "");
      return;
    }
    std::fprintf(stderr, "%s[%-20.*s] %3.0f %%  %lld rows  %.0f rows/s%s", terminal_ ? "\r" : "",
                 static_cast<int>(share * 20), "####################", share * 100,
                 static_cast<long long>(figures.rows), seconds > 0 ? rows / seconds : 0,
                 last ? "\n" : "");
  }

 private:
  const std::size_t total_bytes_;  // 0: nobody knows.
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_;
};

Result<SourceMapping> FindSource(const LoadFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(const BundleFiles files, ReadBundleDirectory(flags.bundle));
  const auto text = files.find("sources.yaml");
  if (text == files.end()) {
    return NotFound(flags.bundle + " has no sources.yaml: nothing says how rows become signals");
  }
  EVENKEEL_ASSIGN_OR_RETURN(const TimeZoneDatabase zones, TimeZoneDatabase::Open());
  Diagnostics diagnostics;
  const auto sources = LoadSources("sources.yaml", text->second, zones, diagnostics);
  EVENKEEL_RETURN_IF_ERROR(diagnostics.ToStatus());
  std::string known;
  for (const SourceMapping& source : sources) {
    if (source.name() == flags.source || (flags.source.empty() && sources.size() == 1)) {
      return source;
    }
    known += (known.empty() ? "" : ", ") + source.name();
  }
  return NotFound("--source \"" + flags.source + "\" is not in " + flags.bundle +
                  "/sources.yaml; there are: " + known);
}

void PrintFigures(const LoadFigures& figures) {
  std::printf(
      "{\"rows\": %lld, \"signals\": %lld, \"dead_letters\": %lld, \"skipped\": %lld, "
      "\"resumed_from\": %lld}\n",
      static_cast<long long>(figures.rows), static_cast<long long>(figures.signals),
      static_cast<long long>(figures.dead_letters), static_cast<long long>(figures.skipped),
      static_cast<long long>(figures.resumed_from));
}

LoadOptions OptionsOf(const LoadFlags& flags, std::function<void(const LoadFigures&)> progress) {
  LoadOptions options{.batch_rows = flags.batch_rows, .progress = std::move(progress)};
  if (flags.tick_after_hours >= 0) {
    options.tick_after =
        std::chrono::milliseconds(static_cast<std::int64_t>(flags.tick_after_hours * 3'600'000));
  }
  return options;
}

/// Rows as they come, until the pipe ends. Nothing can be read again, so there is no position: what
/// a producer sends twice has the same id twice.
Status Follow(CommandContext& context, const SourceMapping& mapping, const LoadFlags& flags) {
  if (!mapping.has_id()) {
    return InvalidArgument("the source " + mapping.name() +
                           " gives its rows no id, and what comes through a pipe has no other: add "
                           "id: {fields: [...]} to it");
  }
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context.Access());
  ProgressLine line(0);
  SignalLoader loader(context.deployment(), *log, OptionsOf(flags, [&](const LoadFigures& figures) {
                        line.Draw(figures, 0, false);
                      }));
  PipeSource pipe(STDIN_FILENO, [&loader] { return loader.FlushNow(); });
  SignalReader rows(mapping, pipe, "standard input", "");
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::string name = "pipe." + std::to_string(getpid()) + "." + std::to_string(now);
  EVENKEEL_ASSIGN_OR_RETURN(const LoadFigures figures, loader.Load(name, rows));
  line.Draw(figures, 0, true);
  PrintFigures(figures);
  return {};
}

Status Load(const GlobalFlags& global, const LoadFlags& flags) {
  EVENKEEL_ASSIGN_OR_RETURN(auto context, CommandContext::Load(global.config, global.sets));
  EVENKEEL_ASSIGN_OR_RETURN(const SourceMapping mapping, FindSource(flags));
  if (flags.file == "-") return Follow(*context, mapping, flags);
  EVENKEEL_ASSIGN_OR_RETURN(const auto first_pass, OpenFile(flags.file));
  CountingSource whole(*first_pass);
  EVENKEEL_ASSIGN_OR_RETURN(const Sha256Digest digest, DigestOf(whole));
  EVENKEEL_ASSIGN_OR_RETURN(const auto second_pass, OpenFile(flags.file));
  CountingSource counted(*second_pass);
  SignalReader rows(mapping, counted, flags.file, ToHex(digest));
  EVENKEEL_ASSIGN_OR_RETURN(LogAccess * log, context->Access());
  ProgressLine line(whole.bytes());
  SignalLoader loader(context->deployment(), *log,
                      OptionsOf(flags, [&](const LoadFigures& figures) {
                        line.Draw(figures, counted.bytes(), false);
                      }));
  // The same rows through another mapping are another load.
  const std::string name =
      flags.name.empty() ? ToHex(digest).substr(0, 16) + "." + mapping.name() : flags.name;
  EVENKEEL_ASSIGN_OR_RETURN(const LoadFigures figures, loader.Load(name, rows));
  line.Draw(figures, whole.bytes(), true);
  PrintFigures(figures);
  return {};
}

}  // namespace

void AddSignalsCommands(CLI::App& signals, const GlobalFlags& flags, Chosen& chosen) {
  CLI::App* load = signals.add_subcommand("load", "Load a file of events, mapped by a bundle");
  auto options = std::make_shared<LoadFlags>();
  load->add_option("file", options->file,
                   "CSV or JSON lines, may be gzip; - follows standard input")
      ->required();
  load->add_option("--bundle", options->bundle, "Folder whose sources.yaml maps the rows")
      ->required();
  load->add_option("--source", options->source, "Which source of it; not needed if it has one");
  load->add_option("--name", options->name,
                   "Name of the load: the same name goes on where it stopped. Default: by content");
  load->add_option("--batch", options->batch_rows, "Rows in one transaction")
      ->check(CLI::Range(1, 100000));
  load->add_option("--tick-after-hours", options->tick_after_hours,
                   "At the end, tell every partition that it is this much later");
  load->callback([&flags, &chosen, options] {
    chosen.run = [&flags, options] { return Load(flags, *options); };
  });
}

}  // namespace evenkeel
