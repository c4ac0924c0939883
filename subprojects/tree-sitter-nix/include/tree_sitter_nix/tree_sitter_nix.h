#pragma once

typedef struct TSLanguage TSLanguage;

#ifdef __cplusplus
extern "C" {
#endif

// The grammar as tree-sitter's runtime (ABI 14, version 0.22 or newer) takes it. Static storage.
const TSLanguage *tree_sitter_nix(void);

#ifdef __cplusplus
}
#endif
