-- Starts nilas for every Nix buffer; :help is in README.md. `let g:nilas_autostart = v:false` (before
-- the plugin is loaded) leaves the start to `require('nilas').attach()` or `vim.lsp.enable('nilas')`.

if vim.g.loaded_nilas then return end
vim.g.loaded_nilas = true

local function attach(bufnr)
  if vim.g.nilas_autostart ~= false then require('nilas').attach(bufnr) end
end

vim.api.nvim_create_augroup('nilas', {})
vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
  group = 'nilas',
  pattern = '*.nix',
  desc = 'Set the file type where Neovim does not know it',
  command = 'setfiletype nix',
})
vim.api.nvim_create_autocmd('FileType', {
  group = 'nilas',
  pattern = 'nix',
  desc = 'Start the nilas language server',
  callback = function(event) attach(event.buf) end,
})

vim.api.nvim_create_autocmd('BufReadCmd', {
  group = 'nilas',
  pattern = 'nilas://*',
  desc = 'Show a document that the nilas language server makes',
  callback = function(event) require('nilas').read_virtual(event.buf) end,
})

-- A plugin manager may load this after the first Nix file was opened.
for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
  if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == 'nix' then attach(bufnr) end
end

vim.api.nvim_create_user_command('NilasRestart', function() require('nilas').restart() end, {
  desc = 'Stop the nilas language server and start it again',
})
