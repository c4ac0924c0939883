-- The client's side of nilas: which program to start, in which folder, for which buffers.
-- Works with Neovim 0.7.2 and newer; what 0.7 lacks is said where it matters.

local M = {}

local defaults = {
  -- The server's command line. `g:nilas_cmd`, a string or a list, has the same meaning.
  cmd = { 'nilas', 'lsp' },
  -- The nearest folder upwards that holds one of these is the workspace.
  root_markers = { 'flake.nix', '.git', 'npins', 'default.nix', 'shell.nix' },
  -- Passed on to vim.lsp: function(client, bufnr), and the capabilities a completion plugin adds.
  on_attach = nil,
  capabilities = nil,
  -- The server's own settings, as docs/editors.md names them: { evaluation = { enable = false } }.
  settings = nil,
}

local config = vim.deepcopy(defaults)
local clients = {} -- root folder -> client id; for Neovim 0.7, which reuses no clients by itself
local warned = {} -- command -> true: a missing program is reported once, not for each buffer

--- Changes the defaults above. Needed only by those who want something else than them.
function M.setup(options)
  config = vim.tbl_extend('force', config, options or {})
end

local function command()
  local cmd = vim.g.nilas_cmd or config.cmd
  if type(cmd) == 'string' then cmd = vim.split(cmd, '%s+', { trimempty = true }) end
  return cmd
end

-- vim.fs.find came with 0.8; findfile() and finddir() search upwards in every version.
local function root_of(path)
  local folder = path == '' and vim.fn.getcwd() or vim.fn.fnamemodify(path, ':p:h')
  local upwards = vim.fn.escape(folder, ' ,;\\') .. ';'
  local nearest = ''
  for _, marker in ipairs(config.root_markers) do
    for _, find in ipairs({ vim.fn.findfile, vim.fn.finddir }) do
      local found = find(marker, upwards)
      local root = found ~= '' and vim.fn.fnamemodify(found, ':p'):gsub('/$', '') or ''
      root = root ~= '' and vim.fn.fnamemodify(root, ':h') or ''
      if #root > #nearest then nearest = root end
    end
  end
  return nearest ~= '' and nearest or folder
end

-- Since 0.10 Neovim itself maps K to hover where a server is attached.
local function map_hover(bufnr)
  if vim.fn.has('nvim-0.10') == 1 then return end
  local taken = vim.api.nvim_buf_call(bufnr, function() return vim.fn.mapcheck('K', 'n') end)
  if taken == '' then
    vim.keymap.set('n', 'K', vim.lsp.buf.hover, { buffer = bufnr, desc = 'Hover (nilas)' })
  end
end

-- Documents that only the server has, whole values and derivations: it asks to show them, and what
-- shows them asks for their text (plugin/nilas.lua).
local function show_document(error, params, context, options)
  if not params.uri:match('^nilas:') then
    local usual = vim.lsp.handlers['window/showDocument'] -- Neovim 0.7 has none
    return usual and usual(error, params, context, options) or { success = false }
  end
  vim.cmd('split')
  vim.api.nvim_win_set_buf(0, vim.uri_to_bufnr(params.uri))
  return { success = true }
end

local function client_capabilities()
  local capabilities = config.capabilities or vim.lsp.protocol.make_client_capabilities()
  return vim.tbl_deep_extend('force', capabilities, {
    window = { showDocument = { support = true } },
    experimental = { textDocumentContent = true },
  })
end

local function client_config(bufnr)
  return {
    name = 'nilas',
    cmd = command(),
    root_dir = root_of(vim.api.nvim_buf_get_name(bufnr)),
    settings = { nilas = config.settings },
    capabilities = client_capabilities(),
    handlers = { ['window/showDocument'] = show_document },
    on_attach = function(client, attached)
      map_hover(attached)
      if config.on_attach then config.on_attach(client, attached) end
    end,
    -- Edits are sent while typing: the server answers faster than the usual pause of 150 ms.
    flags = { debounce_text_changes = 30 },
  }
end

local function start(bufnr, options)
  if vim.lsp.start then return vim.lsp.start(options, { bufnr = bufnr }) end
  local id = clients[options.root_dir]
  if not (id and vim.lsp.get_client_by_id(id)) then
    id = vim.lsp.start_client(options)
    clients[options.root_dir] = id
  end
  if id then vim.lsp.buf_attach_client(bufnr, id) end
  return id
end

--- Starts the server for a buffer, or attaches the one that already serves its folder.
--- @param bufnr number|nil the buffer; the current one if nil
--- @return number|nil the client's id, nil when the program is not there
function M.attach(bufnr)
  if not bufnr or bufnr == 0 then bufnr = vim.api.nvim_get_current_buf() end
  if vim.bo[bufnr].buftype ~= '' then return nil end
  local program = command()[1]
  if vim.fn.executable(program) == 0 then
    if not warned[program] then
      warned[program] = true
      vim.notify(
        ('nilas: no program "%s". Put nilas into PATH, or set g:nilas_cmd.'):format(program),
        vim.log.levels.WARN
      )
    end
    return nil
  end
  return start(bufnr, client_config(bufnr))
end

local function running()
  if vim.lsp.get_clients then return vim.lsp.get_clients({ name = 'nilas' }) end
  return vim.tbl_filter(
    function(client) return client.name == 'nilas' end,
    vim.lsp.get_active_clients()
  )
end

--- Fills a buffer whose name is a `nilas:` URI with the text that the server has for it.
function M.read_virtual(bufnr)
  local uri = vim.api.nvim_buf_get_name(bufnr)
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].modifiable = false
  local extension = uri:match('^[^?]*%.(%w+)')
  if extension ~= 'drv' then vim.bo[bufnr].filetype = extension end
  local client = running()[1]
  if not client then return end
  local function fill(error, result)
    if not vim.api.nvim_buf_is_valid(bufnr) then return end
    local text = result and result.text or ('# ' .. (error and error.message or 'no text'))
    vim.bo[bufnr].modifiable = true
    local lines = vim.split((text:gsub('\n$', '')), '\n', { plain = true })
    vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
    vim.bo[bufnr].modifiable = false
  end
  local method, params = 'workspace/textDocumentContent', { uri = uri }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, fill, bufnr)
  else
    client.request(method, params, fill, bufnr)
  end
end

--- Stops every nilas client and serves their buffers anew.
function M.restart()
  local buffers = {}
  for _, client in ipairs(running()) do
    vim.list_extend(buffers, vim.lsp.get_buffers_by_client_id(client.id))
    vim.lsp.stop_client(client.id)
  end
  warned = {}
  vim.wait(2000, function() return #running() == 0 end, 20)
  clients = {}
  for _, bufnr in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then M.attach(bufnr) end
  end
end

return M
