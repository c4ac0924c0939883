-- :checkhealth nilas

local M = {}

function M.check()
  local health = vim.health
  local start = health and health.start or require('health').report_start
  local ok = health and health.ok or require('health').report_ok
  local bad = health and health.error or require('health').report_error
  start('nilas')
  local cmd = vim.g.nilas_cmd or 'nilas'
  local program = type(cmd) == 'table' and cmd[1] or vim.split(cmd, '%s+')[1]
  if vim.fn.executable(program) == 0 then
    bad(('no program "%s": put nilas into PATH, or set g:nilas_cmd'):format(program))
    return
  end
  ok(vim.fn.exepath(program))
  local version = vim.trim(vim.fn.system({ program, '--version' }))
  if vim.v.shell_error == 0 then ok(version) else bad(('`%s --version` failed: %s'):format(program, version)) end
end

return M
