#include "lsp/commands/thread_caches.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace nilas::lsp {

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
namespace {

constexpr const char* kVariable = "GLIBC_TUNABLES";
constexpr std::string_view kSetting = "glibc.malloc.tcache_max=128";

/// The user's own choice counts.
bool mentions_thread_caches(std::string_view tunables) {
  return tunables.contains("glibc.malloc.tcache");
}

/// Programs that the server starts get the environment that it got.
void take_back(std::string_view tunables) {
  if (!tunables.ends_with(kSetting)) return;
  tunables.remove_suffix(kSetting.size());
  if (tunables.ends_with(':')) tunables.remove_suffix(1);
  if (tunables.empty())
    ::unsetenv(kVariable);
  else
    ::setenv(kVariable, std::string(tunables).c_str(), 1);
}

/// Empty if they cannot be read.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> out;
  for (size_t i = 0; i < bytes.size(); i += out.back().size() + 1)
    out.emplace_back(bytes.c_str() + i);
  return out;
}

}  // namespace

void limit_thread_caches() {
  const char* variable = std::getenv(kVariable);
  const std::string tunables = variable ? variable : "";
  if (mentions_thread_caches(tunables)) return take_back(tunables);
  std::vector<std::string> arguments = own_arguments();
  if (arguments.empty()) return;
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string wanted = (tunables.empty() ? "" : tunables + ":") + std::string(kSetting);
  ::setenv(kVariable, wanted.c_str(), 1);
  ::execv(program.c_str(), pointers.data());
  take_back(wanted);
}
#else
void limit_thread_caches() {}
#endif

}  // namespace nilas::lsp
