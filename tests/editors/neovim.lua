-- Drives a real Neovim through the expectations, as a user would: files are opened with :edit, K
-- shows a hover, diagnostics are what vim.diagnostic holds. Run by run.py:
--   nvim --headless --clean --cmd 'set rtp^=PLUGIN' -c 'luafile neovim.lua'
-- Each check prints `ok NAME` or `FAIL NAME: reason`; the exit status is 1 if one failed.

local expected = vim.fn.json_decode(vim.fn.readfile(vim.env.NILAS_TEST_EXPECTATIONS))
local workspace = vim.env.NILAS_TEST_WORKSPACE
local patience = tonumber(vim.env.NILAS_TEST_WAIT_MS)
local passed, failed = 0, 0

-- Neovim's own messages end without a line break.
local function out(line) io.stdout:write('\n' .. line .. '\n') end

local function check(name, body)
  local ok, reason = pcall(body)
  if ok then
    passed = passed + 1
    out('ok ' .. name)
  else
    failed = failed + 1
    out(('FAIL %s: %s'):format(name, tostring(reason):gsub('\n', ' | ')))
  end
  return ok
end

local function wait_for(what, condition)
  assert(vim.wait(patience, condition, 20), 'no ' .. what .. ' within ' .. patience .. ' ms')
end

local function nilas_client()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in ipairs(get()) do
    if client.name == 'nilas' and client.initialized then return client end
  end
end

local function open(file) vim.cmd('edit ' .. vim.fn.fnameescape(workspace .. '/' .. file)) end

local function put_cursor(at)
  open(at.file)
  for number, text in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    if text:find(at.line, 1, true) then
      local column = assert(text:find(at.token, 1, true), 'no ' .. at.token .. ' in: ' .. text)
      vim.api.nvim_win_set_cursor(0, { number, column - 1 })
      return
    end
  end
  error('no line with ' .. at.line)
end

local function floating_window()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then return window end
  end
end

local function close_floats()
  while floating_window() do vim.api.nvim_win_close(floating_window(), true) end
end

-- Presses K and reads the window that pops up.
local function hover_text(at)
  close_floats()
  put_cursor(at)
  vim.api.nvim_feedkeys('K', 'x', false)
  wait_for('hover on ' .. at.token, floating_window)
  local buffer = vim.api.nvim_win_get_buf(floating_window())
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\n')
  close_floats()
  return text
end

local function check_hover(at)
  local text = hover_text(at)
  for _, part in ipairs(at.shows) do
    assert(text:find(part, 1, true), ('wanted "%s", the hover says "%s"'):format(part, text))
  end
end

-- The same as {"must_fail": true}: passes only if exactly this comparison fails.
local function check_hover_differs(at)
  local ok, reason = pcall(check_hover, at)
  assert(not ok, 'the wrong value was accepted')
  assert(tostring(reason):find('wanted', 1, true), 'no hover to compare with: ' .. tostring(reason))
end

local severities = { error = 1, warning = 2, information = 3, hint = 4 }

local function check_diagnostic(want)
  open(want.file)
  local seen = {}
  local function found()
    seen = vim.diagnostic.get(0)
    for _, d in ipairs(seen) do
      if
        d.lnum + 1 == want.start[1]
        and d.col + 1 == want.start[2]
        and d.end_lnum + 1 == want['end'][1]
        and d.end_col + 1 == want['end'][2]
        and d.severity == severities[want.severity]
        and d.message:find(want.message, 1, true)
      then
        return true
      end
    end
    return false
  end
  assert(vim.wait(patience, found, 20), 'not among ' .. vim.inspect(seen))
end

local function check_unsaved_edit(edit)
  put_cursor(edit.hover)
  open(edit.file)
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
  assert(text:find(edit.from, 1, true), 'the file does not say ' .. edit.from)
  vim.cmd('set hidden')
  vim.cmd(('%%s/%s/%s/'):format(edit.from, edit.to))
  assert(vim.bo.modified, 'the buffer is not modified')
  vim.wait(100) -- no hand is faster; the client collects changes for 30 ms
  check_hover(edit.hover)
  local saved = vim.fn.readfile(workspace .. '/' .. edit.file)[1]
  assert(saved == edit.from, 'the file on disk was changed to ' .. saved)
end

-- The code action "Show the whole value" leads to a buffer with it.
local function check_whole_value(at)
  put_cursor(at)
  local client = nilas_client()
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  params.context = { diagnostics = {}, only = { 'nilas.show' } }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, patience)
  local action = answers[client.id].result[1]
  vim.lsp.buf_request_sync(0, 'workspace/executeCommand', action.command, patience)
  local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') end
  wait_for('virtual document', function()
    return vim.api.nvim_buf_get_name(0):match('^nilas://value/') and text() ~= ''
  end)
  assert(text():find(at.shows[1], 1, true), 'the document says ' .. text())
  assert(vim.bo.filetype == 'nix' and not vim.bo.modifiable, 'it is ' .. vim.bo.filetype)
  vim.cmd('close')
end

vim.cmd('set hidden')
local started = check('the server starts by itself', function()
  open(expected.clean_file)
  assert(vim.bo.filetype == 'nix', 'the file type is ' .. vim.bo.filetype)
  wait_for('server', nilas_client)
end)
if started then
  for _, hover in ipairs(expected.hovers) do
    check(hover.name, function()
      if hover.must_fail then check_hover_differs(hover) else check_hover(hover) end
    end)
  end
  for _, diagnostic in ipairs(expected.diagnostics) do
    check(diagnostic.name, function() check_diagnostic(diagnostic) end)
  end
  check('the whole value in a buffer', function() check_whole_value(expected.hovers[2]) end)
  check('a correct file has no diagnostics', function()
    open(expected.clean_file)
    local seen = vim.diagnostic.get(0)
    assert(#seen == 0, vim.inspect(seen))
  end)
  check(expected.unsaved_edit.name, function() check_unsaved_edit(expected.unsaved_edit) end)
end

out('messages: ' .. vim.fn.execute('messages'):gsub('\n', ' | '):sub(1, 400))
vim.cmd(failed == 0 and 'qall!' or 'cquit 1')
