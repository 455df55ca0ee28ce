# Starts helm within limits and ends it when the other end of standard input is gone.
# Arguments: folder of the run, seconds of processor time, KiB of memory, whether it is `alone` or `connected`, and the command.
folder=$1 cpu_seconds=$2 memory_kib=$3 network=$4
shift 4

ulimit -c 0
ulimit -t "$cpu_seconds"
ulimit -d "$memory_kib"
# Blocks of 512 bytes.
ulimit -f 131072

exec 3<&0 </dev/null
# A network with nothing in it, not even a loopback that is up, where the kernel lets us have one.
if [ "$network" = alone ] && unshare --map-root-user --net true 3<&- >/dev/null 2>&1; then
  set -- unshare --map-root-user --net "$@"
fi

"$@" 3<&- &
helm=$!
trap 'kill -KILL "$helm"; rm -rf -- "$folder"; exit 1' USR1
trap : TERM
# Helm may take long to end when it is asked to, and is watched until then.
(
  trap - USR1
  trap '' TERM
  read -r _ <&3
  kill -USR1 $$
) >/dev/null 2>&1 &
watcher=$!

wait "$helm"
code=$?
# A signal ends `wait`, too.
while kill -0 "$helm" 2>/dev/null; do
  wait "$helm"
  code=$?
done
kill -KILL "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
exit "$code"
