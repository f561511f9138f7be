-- Prints the 95th percentile of the answers' times in microseconds: wrk itself tells only others.
done = function(_, latency, _)
  print("p95 " .. latency:percentile(95))
end
