#pragma once
// The builtin `derivation`, which is written in Nix: a lazy shell around derivationStrict.
//
// The result is the first output. Every output is the given attributes, all outputs by name, `all`
// and `drvAttrs`, and what belongs to it: its path, the .drv file's, its name. Nothing is computed
// but the list of output names until a path is wanted, so that a set of packages costs only what is
// looked at. Names are those that C++ Nix uses for the same things: they are symbols from the start
// (symbols.hpp), and traces show these lines.

#include <string_view>

namespace nilas::eval {

inline constexpr std::string_view kDerivationNix = R"nix(drvAttrs@{ outputs ? [ "out" ], ... }:
let
  strict = derivationStrict drvAttrs;

  commonAttrs = drvAttrs // builtins.listToAttrs outputsList // {
    inherit drvAttrs;
    all = map (x: x.value) outputsList;
  };

  outputsList = map (outputName: {
    name = outputName;
    value = commonAttrs // {
      inherit outputName;
      type = "derivation";
      outPath = strict.${outputName};
      drvPath = strict.drvPath;
    };
  }) outputs;
in
(builtins.head outputsList).value
)nix";

/// What `import` makes of a .drv file: a function from { drvPath, name, outputs, <output> = path...
/// } to a derivation as above, as far as the file tells.
inline constexpr std::string_view kImportedDerivationNix =
    R"nix(known@{ drvPath, name, outputs, ... }:
let
  shared = builtins.listToAttrs named // {
    inherit drvPath name;
    all = map (output: output.value) named;
    type = "derivation";
  };

  named = map (outputName: {
    name = outputName;
    value = shared // {
      inherit outputName;
      outPath = known.${outputName};
    };
  }) outputs;
in
(builtins.head named).value
)nix";

}  // namespace nilas::eval
