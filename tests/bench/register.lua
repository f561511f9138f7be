-- Registers another person with every request, from an address of their own behind a proxy of ours; the argument makes
-- this run's people unlike those of any other.
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
  local high, middle = math.floor(count / 65536) % 256, math.floor(count / 256) % 256
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", high, middle, count % 256)
  return wrk.format(nil, nil, nil, body)
end
