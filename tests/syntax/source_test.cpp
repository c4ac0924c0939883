#include "syntax/source.hpp"

#include "tests/syntax/cases.hpp"

namespace nilas::syntax::test {
namespace {

// Offset -> position and back, in one encoding.
void check_position(const Source& source, Encoding encoding, uint32_t offset, LineColumn want) {
  CAPTURE(offset);
  const LineColumn got = source.position(offset, encoding);
  CHECK(got.line == want.line);
  CHECK(got.column == want.column);
  CHECK(source.offset(want, encoding) == offset);
}

TEST_CASE("lines end with LF, CRLF or CR") {
  const Source source("a\nbc\r\nd\re\n");
  CHECK(source.line_count() == 5);
  CHECK(source.line(1) == "bc");
  CHECK(source.line(3) == "e");
  CHECK(source.line(4).empty());
  check_position(source, Encoding::Utf8, 3, {1, 1});
  check_position(source, Encoding::Utf8, 6, {2, 0});
  check_position(source, Encoding::Utf8, 8, {3, 0});
  check_position(source, Encoding::Utf8, 10, {4, 0});
}

TEST_CASE("columns count bytes, UTF-16 units or code points") {
  const Source source("aé€😀b");  // 1, 2, 3 and 4 bytes
  check_position(source, Encoding::Utf8, 10, {0, 10});
  check_position(source, Encoding::Utf16, 10, {0, 5});
  check_position(source, Encoding::Utf32, 10, {0, 4});
  check_position(source, Encoding::Utf16, 6, {0, 3});
  CHECK(source.position(8, Encoding::Utf16) == LineColumn{0, 3});  // inside the last but one
  CHECK(source.offset({0, 4}, Encoding::Utf16) == 6);              // between its two units
}

TEST_CASE("what is beyond is cut") {
  const Source source("ab\ncd");
  CHECK(source.offset({0, 99}) == 2);
  CHECK(source.offset({9, 0}) == 5);
  CHECK(source.position(99) == LineColumn{1, 2});
  CHECK(Source("").position(0) == LineColumn{0, 0});
}

TEST_CASE("bytes that are no UTF-8 count one each") {
  const Source source(std::string("\xff\xc3\x28\xed\xa0\x80\0z", 8));
  CHECK(source.position(7, Encoding::Utf16).column == 7);
  CHECK(source.position(7, Encoding::Utf32).column == 7);
  CHECK(character_size("\xf4\x90\x80\x80") == 1);
  CHECK(character_size("\xe0\x80\x80") == 1);
  CHECK(character_size("\xc0\x80") == 1);
}

}  // namespace
}  // namespace nilas::syntax::test
