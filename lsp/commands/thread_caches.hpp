#pragma once

namespace nilas::lsp {

/// Each thread keeps what it frees for itself, seven pieces of each size up to 1 KiB, and gives none of it to the others or
/// to the system: a server with as many threads grows by that in its first hours. Beyond 128 bytes that is switched off, which
/// no request was seen to take longer for.
///
/// glibc reads this setting when a program starts, and at no other time (glibc manual, "Memory Allocation Tunables"): the
/// program starts itself once more, in the same process, with the same arguments. To be called before anything is read or
/// opened. Where that is not possible, and with other C libraries, it goes on as it is.
void limit_thread_caches();

}  // namespace nilas::lsp
