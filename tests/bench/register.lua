-- Registers another person with every request; the argument makes this run's people unlike those of any other.
local count, run = 0, "x"

function init(args)
  run = args[1] or "x"
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  count = count + 1
  local body = string.format(
    '{"name":"Siti Nurhaliza %d","email":"peserta-%s-%d@example.org","institution":"SMA Negeri 1 Batam","consent":true}',
    count, run, count)
  return wrk.format(nil, nil, nil, body)
end
