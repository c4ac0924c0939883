// A document that is edited says the same, after every edit, as a fresh one of the same text.
//
// Input: records of one byte for where an edit begins and one for how much it removes (both as a
// fraction of the text), one for how many bytes follow, and those bytes, which take their place.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "syntax/dump.hpp"
#include "syntax/parse.hpp"
#include "tests/fuzz/support.hpp"

using namespace nilas;
using namespace nilas::syntax;

namespace {

std::string describe(const Parsed& parsed) {
  std::string out = dump_ast(parsed.ast) + dump_scopes(parsed.ast);
  for (const Diagnostic& d : parsed.diagnostics) {
    out += std::string(info(d.id).name) + " " + std::to_string(d.span.begin) + "-" +
           std::to_string(d.span.end) + " " + d.message + " | " +
           std::to_string(d.reported_offset()) + " " + std::string(d.reported_message()) + "\n";
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string_view data(reinterpret_cast<const char*>(bytes), size);
  Document document{std::string()};
  while (!data.empty()) {
    const auto length = static_cast<uint32_t>(document.text().size());
    const uint32_t begin = length * fuzz::take_byte(data) / 255;
    // Mostly little is removed, as by a hand.
    const uint32_t removed = fuzz::take_byte(data);
    const uint32_t end =
        begin + (removed < 128 ? removed % 4 : (length - begin) * (removed - 128) / 127);
    const std::string_view text = fuzz::take(data, fuzz::take_byte(data));
    document.edit(begin, std::min(end, length), text);
    FUZZ_CHECK(fuzz::same_text(describe(*document.parsed()), describe(parse(document.text()))));
    const auto fresh = Tree::parse(document.text());
    const Tree* tree = document.tree();
    FUZZ_CHECK(fresh.has_value() == (tree != nullptr));
    if (tree != nullptr)
      FUZZ_CHECK(fuzz::same_text(tree->dump(document.text()), fresh->dump(document.text())));
  }
  return 0;
}
