// nilas eval: arguments, output and exit status of `nix-instantiate --eval`.

#include <cstdio>
#include <fmt/format.h>
#include <fstream>

#include "evaluator/format/json.hpp"
#include "evaluator/format/print.hpp"
#include "evaluator/format/xml.hpp"
#include "evaluator/store/derivation_show.hpp"
#include "lsp/commands/auto_call.hpp"
#include "lsp/commands/commands.hpp"
#include "lsp/commands/error_text.hpp"
#include "lsp/commands/eval_observers.hpp"
#include "lsp/commands/eval_options.hpp"
#include "lsp/commands/evaluator_session.hpp"
#include "lsp/commands/terminal_text.hpp"
#include "lsp/search_path.hpp"
#include "lsp/uri.hpp"

namespace nilas::lsp {
namespace {

using eval::Root;
using eval::Value;

class EvalCommand {
 public:
  EvalCommand(eval::World& world, const EvalOptions& options)
      : world_(world), vm_(world.vm), options_(options), arguments_(vm_.heap, vm_.empty_attrs()) {}

  void run() {
    make_arguments();
    std::vector<std::string> inputs = options_.inputs;
    if (inputs.empty() && !options_.inputs_are_expressions) inputs.emplace_back("./default.nix");
    std::vector<std::string> paths = options_.attribute_paths;
    if (paths.empty()) paths.emplace_back();
    for (const std::string& input : inputs) {
      const Root root(vm_.heap, load(input));
      for (const std::string& path : paths) {
        Root v(vm_.heap, find_along(world_, path, arguments_, root));
        v = vm_.run(v);
        if (!options_.arguments.empty()) v = auto_call(world_, arguments_, v);
        print(v);
      }
    }
  }

 private:
  Value expression(const std::string& name, const std::string& text) {
    return world_.thunk_of(world_.parse_source(name, working_directory(), text, false));
  }

  void make_arguments() {
    eval::AttrsBuilder set(vm_);
    eval::RootVector kept(vm_.heap);
    for (const EvalOptions::Argument& a : options_.arguments) {
      kept.values.push_back(a.is_string ? vm_.make_string(a.text) : expression("«string»", a.text));
      set.add(a.name, kept.values.back());
    }
    arguments_ = set.finish();
  }

  Value load(const std::string& input) {
    if (options_.inputs_are_expressions) return expression("«string»", input);
    if (input == "-") return expression("«stdin»", read_standard_input());
    if (input.starts_with('<') && input.ends_with('>')) {
      const Value path = vm_.run(expression("«string»", input));
      return world_.import_file(path.path()->view());
    }
    return world_.import_file(canonical_path(input, working_directory()));
  }

  void print_derivation(const Root& v) {
    const Value path = vm_.run_task(eval::derivation_path_of(vm_, Root(vm_.heap, v)));
    const std::string drv(vm_.view(path));
    const bool json = options_.output == EvalOptions::Output::Json;
    write(json ? eval::show_json(world_, drv) + "\n" : eval::show_aterm(world_, drv));
  }

  void print(Root& v) {
    if (options_.derivation) return print_derivation(v);
    switch (options_.output) {
      case EvalOptions::Output::Raw:
        return write(vm_.run_task(eval::coerce_to_string(
            vm_, Root(vm_.heap, v), {}, "while generating the nix-instantiate output")));
      case EvalOptions::Output::Json:
        write(vm_.run_task(eval::to_json(vm_, Root(vm_.heap, v), {.force = options_.strict})));
        std::fputc('\n', stdout);
        return;
      case EvalOptions::Output::Xml:
        return write(vm_.run_task(
            eval::to_xml(vm_, Root(vm_.heap, v),
                         {.force = options_.strict, .locations = !options_.no_location})));
      case EvalOptions::Output::Nix: break;
    }
    if (options_.strict) vm_.run_task(eval::force_deep(vm_, Root(vm_.heap, v)));
    write(eval::print_shallow(vm_, v, eval::PrintOptions::result()));
    std::fputc('\n', stdout);
  }

  void write(Value string) { write(vm_.view(string)); }
  static void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

  eval::World& world_;
  eval::Vm& vm_;
  const EvalOptions& options_;
  Root arguments_;
};

void print_stats(const eval::Vm& vm) {
  const auto& s = vm.stats;
  const eval::HeapStats heap = vm.heap.stats();
  fmt::print(stderr,
             "calls {}\nbuiltin calls {}\nthunks {}\nforces {}\nselects {} ({} from "
             "caches)\nupdates {} ({} values)\n"
             "with lookups {}\ncode blocks compiled {}\ntasks {}\n"
             "allocated {} bytes in {} objects\nlive {} bytes, reserved {} bytes, {} collections\n",
             s.calls, s.builtin_calls, s.thunks, s.forces, s.selects, s.select_hits, s.updates,
             s.update_values, s.with_lookups, s.codes_compiled, s.tasks, heap.allocated_bytes,
             heap.allocated_objects, heap.live_bytes, heap.reserved_bytes, heap.collections);
}

bool write_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return file.flush().good();
}

int evaluate(const EvalOptions& options) {
  for (const std::string& input : options.inputs) {
    if (input.size() > 1 && input.starts_with('-')) {
      fmt::print(stderr,
                 "error: unrecognised flag '{}'\nTry 'nilas eval --help' for more information.\n",
                 input);
      return 1;
    }
  }
  eval::WorldOptions setup;
  setup.search_path = search_path(options.search_path);
  setup.pure = options.pure;
  setup.features = options.features;
  setup.thunks_as_nix = options.shows_thunks();
  setup.trace_verbose = options.trace_verbose;
  setup.abort_on_warn = options.abort_on_warn;
  setup.fetch = options.fetch;
  setup.lints = options.lints;
  setup.lints.warn = [](const eval::World& world, const std::string& message,
                        eval::SourceSpan span) {
    fmt::print(stderr, "{}\n", terminal_text(warning_text(world, message, span)));
  };
  if (!options.current_system.empty()) setup.current_system = options.current_system;
  if (!options.eval_system.empty()) setup.current_system = options.eval_system;
  CommandWorld& session = make_command_world(std::move(setup), options.fetching);
  eval::Limits limits;
  limits.call_depth = options.max_call_depth;
  session.world.vm.set_limits(limits);
  Tracer tracer(session.world, stderr);
  Profiler profiler(session.world);
  if (options.trace) session.world.vm.set_observer(&tracer);
  if (!options.profile.empty()) session.world.vm.set_observer(&profiler);
  int status = 0;
  try {
    EvalCommand(session.world, options).run();
  } catch (const eval::EvalError& e) {
    const auto style = options.show_trace ? TraceStyle::Full : TraceStyle::Short;
    std::fflush(stdout);
    fmt::print(stderr, "{}\n", terminal_text(error_text(session.world, e.data(), style)));
    status = 1;
  }
  session.world.vm.set_observer(nullptr);
  if (!options.profile.empty() && !write_file(options.profile, profiler.collapsed())) {
    fmt::print(stderr, "error: cannot write {}\n", options.profile);
    status = 1;
  }
  if (options.stats) print_stats(session.world.vm);
  if (std::fflush(stdout) != 0) return 1;
  return status;
}

}  // namespace

void add_eval_command(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "eval", "Evaluate files or expressions, as nix-instantiate --eval does.");
  auto options = std::make_shared<EvalOptions>();
  add_eval_options(*command, *options);
  command->final_callback([command, options, &status] {
    options->inputs = command->remaining();
    status = evaluate(*options);
  });
}

}  // namespace nilas::lsp
