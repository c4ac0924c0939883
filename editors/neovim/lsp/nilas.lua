-- For Neovim 0.11 and newer: `vim.lsp.enable('nilas')` without the plugin's own autocommand.
return {
  cmd = { 'nilas', 'lsp' },
  filetypes = { 'nix' },
  root_markers = { 'flake.nix', '.git', 'npins', 'default.nix', 'shell.nix' },
}
